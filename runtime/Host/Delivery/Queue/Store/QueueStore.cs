using System.Text;
using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// The queue's rows and what they mean: batches go in once, sinks come by in order, a row leaves when no sink needs it any more. For one
/// thread. Everything that changes something runs in a <see cref="Commit"/>, which is on the disk when it returns.
/// </summary>
internal sealed class QueueStore : IDisposable
{
    private readonly Database _database;
    private readonly QueueTables _tables;
    private readonly AgeClock _clock;

    public QueueStore(Database database, TimeProvider time)
    {
        _database = database;
        _tables = new QueueTables(database);
        Load();
        _clock = new AgeClock(time, State.Age, State.Wall);
        Letters = new DeadLetters(_tables, State);
        if (State.Wall == default) Commit(() => { });
    }

    public QueueState State { get; } = new();

    public DeadLetters Letters { get; }

    /// <summary>Runs <paramref name="work"/> as one transaction with all that it changed in <see cref="State"/>; all of it or nothing.</summary>
    public void Commit(Action work)
    {
        _tables.Run("BEGIN IMMEDIATE");
        try
        {
            work();
            (State.Age, State.Wall) = _clock.Now;
            State.Save(_tables.StoreState);
            _tables.Run("COMMIT");
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">The batch, to be stamped.</param>
    /// <param name="isNew">False for dead letters that come again: they were counted as produced before.</param>
    public void Append(EncodedBatch batch, bool isNew = true)
    {
        var number = State.NextNumber;
        var head = new RowHead(number, batch.Bytes.Length, batch.Tallies);
        var sinks = batch.Tallies.SelectMany(t => t.Routes.Sinks).Distinct().ToList();
        foreach (var sink in sinks)
        {
            var lane = State.Lane(sink);
            MakeRoom(lane, head.CostFor(sink));
            if (lane is { Bytes: 0, InFlight: 0 }) lane.MoveTo(new Position(number, 0));
            lane.Bytes += head.CostFor(sink);
            lane.IsDirty = true;
        }

        batch.Stamp(number, _clock.Now.Age);
        _tables.InsertBatch(number, $"\n{string.Join('\n', sinks)}\n", batch.Bytes);
        State.NextNumber++;
        if (isNew) Count(batch.Tallies, null, (account, records) => account.Produced += records);
    }

    /// <summary>The next rows for a sink, as much as it can take at once; empty when there is nothing.</summary>
    /// <param name="lane">The sink's way.</param>
    /// <param name="maxRecords">Ends after this many records.</param>
    /// <param name="maxBytes">Ends after this many bytes.</param>
    /// <param name="damaged">Gets numbers of rows that are not what was written.</param>
    public IReadOnlyList<StoredRow> Take(Lane lane, int maxRecords, int maxBytes, ICollection<long> damaged)
    {
        var rows = new List<StoredRow>();
        var name = NameBytes(lane.Sink);
        int records = 0, bytes = 0;
        _tables.ReadBatches(lane.Taken, (number, sinks, row) =>
        {
            if (sinks.IndexOf(name) >= 0 && !lane.IsHole(number))
            {
                var data = row.Bytes(2);
                if (TryHead(number, data) is not { } head)
                {
                    damaged.Add(number);
                    return rows.Count == 0;
                }

                var own = head.Tallies.Where(t => t.Routes.Sinks.Contains(lane.Sink)).Sum(t => t.Records);
                if (rows.Count > 0 && (records + own > maxRecords || bytes + data.Length > maxBytes)) return false;
                rows.Add(StoredRow.Copy(number, number == lane.Cursor.Row ? lane.Cursor.Index : 0, lane.RefusedOf(number), data, head.Tallies));
                (records, bytes) = (records + own, bytes + data.Length);
            }

            lane.Taken = number;
            return true;
        });
        lane.InFlight += rows.Count;
        return rows;
    }

    /// <summary>A sink has done with everything before <paramref name="to"/>.</summary>
    /// <param name="lane">The sink's way.</param>
    /// <param name="to">The first record that it has not done with.</param>
    /// <param name="rows">The rows that it had.</param>
    /// <param name="delivered">Records that it stored, by recipe.</param>
    public void Advance(Lane lane, Position to, IEnumerable<StoredRow> rows, IReadOnlyDictionary<string, int> delivered)
    {
        lane.MoveTo(to);
        foreach (var row in rows.Where(r => r.Number < to.Row))
        {
            lane.InFlight--;
            var head = new RowHead(row.Number, row.Length, row.Tallies);
            lane.Bytes -= head.CostFor(lane.Sink);
            DeleteIfDone(head);
        }

        foreach (var (recipe, count) in delivered)
        {
            var account = State.Account(recipe, lane.Sink);
            account.Delivered += count;
            account.IsDirty = true;
        }
    }

    /// <summary>A sink refuses a record for good: it is a dead letter from now on, before anything else is sent.</summary>
    public void Refuse(Lane lane, DeadLetter letter)
    {
        Letters.Add(letter);
        lane.Refuse(new Position(letter.Identity.Batch, letter.Identity.Index));
    }

    /// <summary>Records that never came to the disk.</summary>
    public void CountDropped(RouteSet routes, int records)
    {
        foreach (var sink in routes.Sinks) Count(routes.Recipe, sink, records, (account, n) => (account.Produced, account.Dropped) = (account.Produced + n, account.Dropped + n));
    }

    /// <summary>True when <see cref="Expire"/> has something to do.</summary>
    public bool IsFirstTooOld(Lane lane)
    {
        var isOld = false;
        var name = NameBytes(lane.Sink);
        if (lane.Bytes == 0) return false;
        _tables.ReadBatches(lane.Taken, (number, sinks, row) =>
        {
            if (sinks.IndexOf(name) < 0 || lane.IsHole(number) || TryHeader(row.Bytes(2)) is not { } header) return true;
            isOld = header.Age < _clock.Now.Age - lane.Options.MaxAge;
            return false;
        });
        return isOld;
    }

    /// <summary>Gives up what has waited too long. Nothing that is on its way is touched.</summary>
    /// <returns>Number of records.</returns>
    public long Expire(Lane lane)
    {
        var oldest = _clock.Now.Age - lane.Options.MaxAge;
        return oldest <= TimeSpan.Zero ? 0 : SkipWhile(lane, header => header.Age < oldest, (account, records) => account.Expired += records);
    }

    /// <summary>Takes a damaged row out of the table.</summary>
    /// <returns>Its bytes, to be kept aside.</returns>
    public byte[] Remove(long number)
    {
        byte[] bytes = [];
        _tables.ReadBatches(number - 1, (found, _, row) =>
        {
            if (found == number) bytes = row.Bytes(2).ToArray();
            return false;
        });
        _tables.DeleteBatch(number);
        return bytes;
    }

    /// <summary>A sink that has done with every row that is there has lost what its routes still count as waiting: to a damaged disk.</summary>
    /// <returns>Number of records.</returns>
    public long SettleDamage(Lane lane)
    {
        var lost = 0L;
        foreach (var account in State.Accounts.Where(a => a.Sink == lane.Sink && a.Waiting != 0))
        {
            lost += account.Waiting;
            account.Damaged += account.Waiting;
            account.IsDirty = true;
        }

        lane.MoveTo(new Position(Math.Max(lane.Cursor.Row, lane.Taken + 1), 0));
        lane.Bytes = 0;
        return lost;
    }

    /// <summary>How long the first record has waited; null when none waits.</summary>
    public TimeSpan? OldestAge(Lane lane)
    {
        TimeSpan? age = null;
        var name = NameBytes(lane.Sink);
        _tables.ReadBatches(lane.Cursor.Row - 1, (number, sinks, row) =>
        {
            if (sinks.IndexOf(name) < 0 || lane.IsHole(number) || TryHeader(row.Bytes(2)) is not { } header) return true;
            age = _clock.Now.Age - header.Age;
            return false;
        });
        return age;
    }

    /// <summary>Number of batches that are still there.</summary>
    public int BatchCount()
    {
        var count = 0;
        _tables.ReadBatches(0, (_, _, _) => ++count > 0);
        return count;
    }

    /// <summary>Bytes of the file that hold something, and those that are free for what comes.</summary>
    public (long Used, long Free) Size()
    {
        var (pages, free) = (_tables.Pragma("page_count"), _tables.Pragma("freelist_count"));
        return ((pages - free) * RowCost.PageSize, free * RowCost.PageSize);
    }

    /// <summary>Gives free pages back to the disk, a megabyte at a time: moving them about needs room in the log.</summary>
    public void Shrink(int megabytes)
    {
        for (var i = 0; i < megabytes && _tables.Pragma("freelist_count") > 0; i++)
        {
            _database.Execute("PRAGMA incremental_vacuum(256)");
            EmptyLog();
        }
    }

    /// <summary>Puts the write-ahead log into the database and gives its room back to the disk.</summary>
    public void EmptyLog() => _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");

    public void Dispose()
    {
        _tables.Dispose();
        _database.Dispose();
    }

    private void MakeRoom(Lane lane, long cost)
    {
        var excess = lane.Bytes + cost - lane.Options.MaxSize.Bytes;
        if (excess <= 0 || lane.Options.WhenFull == WhenFull.Block) return;
        var enough = lane.Bytes - excess;
        SkipWhile(lane, _ => lane.Bytes > enough, (account, records) => account.Dropped += records);
    }

    private long SkipWhile(Lane lane, Func<BatchHeader, bool> isUnwanted, Action<Account, int> count)
    {
        var skipped = new List<RowHead>();
        var name = NameBytes(lane.Sink);
        _tables.ReadBatches(lane.Taken, (number, sinks, row) =>
        {
            if (sinks.IndexOf(name) < 0 || lane.IsHole(number)) return true;
            var data = row.Bytes(2);
            if (TryHeader(data) is not { } header) return true;
            if (!isUnwanted(header)) return false;
            var head = new RowHead(number, data.Length, header.Tallies);
            skipped.Add(head);
            lane.Bytes -= head.CostFor(lane.Sink);
            return true;
        });
        var records = 0L;
        foreach (var head in skipped)
        {
            // A row that is partly delivered counts only for the rest.
            var already = head.Number == lane.Cursor.Row ? lane.Cursor.Index : 0;
            var refused = lane.RefusedOf(head.Number);
            records += already == 0 && refused.Count == 0
                ? Count(head.Tallies, lane.Sink, count)
                : CountRest(lane, head, already, refused, count);
            lane.Skip(head.Number);
            DeleteIfDone(head);
        }

        return records;
    }

    private long CountRest(Lane lane, RowHead head, int already, IReadOnlyList<int> refused, Action<Account, int> count)
    {
        var rest = new Dictionary<string, int>();
        _tables.ReadBatches(head.Number - 1, (number, _, row) =>
        {
            var (records, recipes) = (new Contracts.RecordBatch(), new List<string>());
            new BatchDecoder(lane.Sink).Decode(row.Bytes(2), already, refused, records, recipes);
            foreach (var recipe in recipes) rest[recipe] = rest.GetValueOrDefault(recipe) + 1;
            return false;
        });
        foreach (var (recipe, records) in rest) Count(recipe, lane.Sink, records, count);
        return rest.Values.Sum();
    }

    private long Count(IEnumerable<Tally> tallies, string? onlySink, Action<Account, int> count)
    {
        var all = 0L;
        foreach (var tally in tallies)
        {
            foreach (var sink in tally.Routes.Sinks)
            {
                if (onlySink is not null && sink != onlySink) continue;
                Count(tally.Routes.Recipe, sink, tally.Records, count);
                all += tally.Records;
            }
        }

        return all;
    }

    private void Count(string recipe, string sink, int records, Action<Account, int> count)
    {
        var account = State.Account(recipe, sink);
        count(account, records);
        account.IsDirty = true;
    }

    private void DeleteIfDone(RowHead row)
    {
        foreach (var tally in row.Tallies)
        {
            foreach (var sink in tally.Routes.Sinks)
            {
                if (State.Lane(sink).Needs(row.Number)) return;
            }
        }

        _tables.DeleteBatch(row.Number);
    }

    private void Rollback()
    {
        try
        {
            _tables.Run("ROLLBACK");
        }
        catch (DatabaseException)
        {
            // SQLite has rolled back by itself.
        }

        State.Forget();
        Load();
    }

    private void Load()
    {
        _tables.ReadState((id, data) =>
        {
            if (Sealed.IsWhole(data, Sealed.State)) State.Load(id, data);
        });
    }

    private static RowHead? TryHead(long number, ReadOnlySpan<byte> data) =>
        TryHeader(data) is { } header && header.Number == number ? new RowHead(number, data.Length, header.Tallies) : null;

    private static BatchHeader? TryHeader(ReadOnlySpan<byte> data)
    {
        try
        {
            return BatchHeader.Read(data);
        }
        catch (DamagedException)
        {
            return null;
        }
    }

    private static byte[] NameBytes(string sink) => Encoding.UTF8.GetBytes($"\n{sink}\n");
}
