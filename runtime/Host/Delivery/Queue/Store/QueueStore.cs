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
    private readonly LaneRows _rows;
    private readonly Ledger _ledger;

    public QueueStore(Database database, TimeProvider time)
    {
        _database = database;
        _tables = new QueueTables(database);
        Load();
        _clock = new AgeClock(time, State.Age, State.Wall);
        _rows = new LaneRows(_tables);
        _ledger = new Ledger(_tables, State);
        Discards = new Discards(_tables, _rows, State, _ledger, _clock);
        Letters = new DeadLetters(_tables, State);
        if (State.Wall == default) Commit(() => { });
    }

    public QueueState State { get; } = new();

    public DeadLetters Letters { get; }

    /// <summary>What is given up: too much, too old, damaged.</summary>
    public Discards Discards { get; }

    /// <summary>
    /// Runs <paramref name="work"/> as one transaction with all that it changed in <see cref="State"/>; all of it or nothing.
    /// </summary>
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
            Discards.MakeRoom(lane, head.CostFor(sink));
            if (lane is { Bytes: 0, InFlight: 0 }) lane.MoveTo(new Position(number, 0));
            lane.Bytes += head.CostFor(sink);
            lane.IsDirty = true;
        }

        batch.Stamp(number, _clock.Now.Age);
        _tables.InsertBatch(number, $"\n{string.Join('\n', sinks)}\n", batch.Bytes);
        State.NextNumber++;
        if (isNew) _ledger.Count(batch.Tallies, null, (account, records) => account.Produced += records);
    }

    /// <summary>The next rows for a sink, as much as it can take at once; empty when there is nothing.</summary>
    /// <param name="lane">The sink's way.</param>
    /// <param name="maxRecords">Ends after this many records.</param>
    /// <param name="maxBytes">Ends after this many bytes.</param>
    /// <param name="damaged">Gets numbers of rows that are not what was written.</param>
    public IReadOnlyList<StoredRow> Take(Lane lane, int maxRecords, int maxBytes, ICollection<long> damaged)
    {
        var rows = new List<StoredRow>();
        int records = 0, bytes = 0;
        _tables.ReadBatches(lane.Taken, (number, sinks, row) =>
        {
            if (LaneRows.Concerns(lane, number, sinks))
            {
                var data = row.Bytes(2);
                if (RowHead.TryRead(number, data) is not { } head)
                {
                    damaged.Add(number);
                    return rows.Count == 0;
                }

                var own = head.Tallies.Where(t => t.Routes.Sinks.Contains(lane.Sink)).Sum(t => t.Records);
                if (rows.Count > 0 && (records + own > maxRecords || bytes + data.Length > maxBytes)) return false;
                var first = number == lane.Cursor.Row ? lane.Cursor.Index : 0;
                rows.Add(StoredRow.Copy(number, first, lane.RefusedOf(number), data, head.Tallies));
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
            _ledger.DeleteIfDone(head);
        }

        foreach (var (recipe, count) in delivered)
            _ledger.Count(recipe, lane.Sink, count, (account, records) => account.Delivered += records);
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
        foreach (var sink in routes.Sinks)
        {
            _ledger.Count(routes.Recipe, sink, records, (account, n) => account.Produced += n);
            _ledger.Count(routes.Recipe, sink, records, (account, n) => account.Dropped += n);
        }
    }

    /// <summary>How long the first record has waited; null when none waits.</summary>
    public TimeSpan? OldestAge(Lane lane) =>
        lane.Bytes != 0 && _rows.First(lane, lane.Cursor.Row - 1) is { } first ? _clock.Now.Age - first.Age : null;

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
}
