using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Stores batches once for all their sinks, reads them in order for each sink, and deletes a batch when no sink needs it any more.
/// Owned by one <see cref="StoreSupervisor"/>, created before the queue thread starts or on it; used only on the queue thread after
/// that. Owns and closes the database; does blocking disk I/O; logs nothing. All changes run within <see cref="Commit"/>, after which
/// they are on the disk.
/// </summary>
internal sealed class QueueStore : IDisposable
{
    private readonly Database _database;
    private readonly QueueTables _tables;
    private readonly TimeProvider _time;
    private readonly RecordAgeClock _clock;
    private readonly CursorRows _rows;
    private readonly RouteAccounting _accounting;
    private DatabaseCopy? _snapshot;

    /// <summary>Loads the state from the database, which the store owns from now on.</summary>
    public QueueStore(Database database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _tables = new QueueTables(database);
        Load();
        _clock = new RecordAgeClock(time, State);
        _rows = new CursorRows(_tables);
        _accounting = new RouteAccounting(_tables, State);
        Eviction = new EvictionPolicy(_tables, _rows, State, _accounting, _clock);
        DeadLetters = new DeadLetters(_tables, State);
        if (State.Time.Wall == default) Commit(() => { });
    }

    /// <summary>The cursors and counters, as of the last commit or of the commit that runs.</summary>
    public QueueState State { get; } = new();

    /// <summary>The records that sinks rejected permanently.</summary>
    public DeadLetters DeadLetters { get; }

    /// <summary>Removes records that exceed the limits of a sink, are too old, or are damaged.</summary>
    public EvictionPolicy Eviction { get; }

    /// <summary>
    /// Runs <paramref name="work"/> and the changes that it makes to <see cref="State"/> as one transaction. If it throws, nothing is
    /// changed, in the file or in memory.
    /// </summary>
    public void Commit(Action work)
    {
        _tables.Run("BEGIN IMMEDIATE");
        var before = State.Cursors.Select(c => (Cursor: c, c.LastRead, c.InFlight)).ToList();
        try
        {
            work();
            State.Time = _clock.Read();
            State.Save(_tables.StoreState, _tables.DeleteState);
            _tables.Run("COMMIT");
        }
        catch
        {
            Rollback();

            // These two are in memory only: a change that is tried again would count its rows twice.
            foreach (var (cursor, lastRead, inFlight) in before) (cursor.LastRead, cursor.InFlight) = (lastRead, inFlight);
            throw;
        }
    }

    /// <summary>Adds a batch under the next number; first makes room in the queue of each of its sinks. Within a commit.</summary>
    /// <param name="batch">The batch; its number and age are written into it.</param>
    /// <param name="isNew">False for records that were counted as produced before: dead letters that are sent again, moved records.</param>
    /// <param name="waited">The time for which the records have waited already.</param>
    public void Append(EncodedBatch batch, bool isNew = true, TimeSpan waited = default)
    {
        var number = State.NextNumber;
        var sinks = batch.Routes.SelectMany(t => t.Route.Sinks).Distinct().ToList();
        foreach (var sink in sinks)
        {
            var cursor = State.CursorOf(sink);
            var cost = BatchHeader.CostFor(batch.Bytes.Length, batch.Routes, sink);
            Eviction.MakeRoom(cursor, cost);
            if (cursor is { Bytes: 0, InFlight: 0 }) cursor.MoveTo(new RecordPosition(number, 0));
            cursor.Bytes += cost;
            cursor.IsDirty = true;
        }

        var running = _clock.Read().Running;
        batch.Stamp(number, running > waited ? running - waited : TimeSpan.Zero);
        _tables.InsertBatch(number, $"\n{string.Join('\n', sinks)}\n", batch.Bytes);
        State.NextNumber++;
        if (isNew) _accounting.Count(batch.Routes, null, (counters, records) => counters.Produced += records);
    }

    /// <summary>
    /// Copies the next rows for a sink and counts them as in flight; empty if there are none. The first row is
    /// returned whatever its size.
    /// </summary>
    /// <param name="cursor">The sink's cursor.</param>
    /// <param name="maxRecords">Ends after this many records.</param>
    /// <param name="maxBytes">Ends after this many bytes.</param>
    /// <param name="damaged">Receives the numbers of rows whose checksum, format or number is wrong; reading stops there if rows were found
    /// before.</param>
    public IReadOnlyList<StoredRow> ReadRows(SinkCursor cursor, int maxRecords, int maxBytes, ICollection<long> damaged)
    {
        var rows = new List<StoredRow>();
        var lastRead = cursor.LastRead;
        var (queueTime, now) = (_clock.Read(), _time.GetTimestamp());
        int records = 0, bytes = 0;
        _tables.ReadBatches(cursor.LastRead, (number, sinks, row) =>
        {
            if (CursorRows.IsWanted(cursor, number, sinks))
            {
                var data = row.Bytes(2);
                if (BatchHeader.TryRead(data, number) is not { } header)
                {
                    damaged.Add(number);
                    return rows.Count == 0;
                }

                var own = header.Routes.Where(t => t.Route.Sinks.Contains(cursor.Sink)).Sum(t => t.Records);
                if (rows.Count > 0 && (records + own > maxRecords || bytes + data.Length > maxBytes)) return false;
                var first = number == cursor.Position.Row ? cursor.Position.Index : 0;
                var storedAt = now - _time.Ticks(queueTime.AgeOf(header));
                rows.Add(StoredRow.Copy(number, first, cursor.RejectedIn(number), data, header.Routes, storedAt));
                (records, bytes) = (records + own, bytes + data.Length);
            }

            lastRead = number;
            return true;
        });

        // Only now: rows that were read before an error of the disk are read again.
        cursor.LastRead = lastRead;
        cursor.InFlight += rows.Count;
        return rows;
    }

    /// <summary>Moves a sink's cursor to <paramref name="to"/> and deletes rows that no sink needs any more. Within a commit.</summary>
    /// <param name="cursor">The sink's cursor.</param>
    /// <param name="to">The first record that the sink has not finished.</param>
    /// <param name="rows">The rows that the sink had in flight.</param>
    /// <param name="delivered">The number of records that the sink stored, by recipe.</param>
    public void Advance(SinkCursor cursor, RecordPosition to, IEnumerable<StoredRow> rows, IReadOnlyDictionary<string, int> delivered)
    {
        cursor.MoveTo(to);
        foreach (var row in rows.Where(r => r.Number < to.Row))
        {
            cursor.InFlight--;
            cursor.Bytes -= BatchHeader.CostFor(row.Length, row.Routes, cursor.Sink);
            _accounting.DeleteIfDone(row.Number, row.Routes);
        }

        foreach (var (recipe, count) in delivered)
            _accounting.Count(recipe, cursor.Sink, count, (counters, records) => counters.CountDelivered(records));
    }

    /// <summary>
    /// Stores a permanently rejected record as a dead letter and marks it in the sink's cursor, so that it is not sent
    /// again. Within a commit.
    /// </summary>
    public void Reject(SinkCursor cursor, DeadLetter letter)
    {
        DeadLetters.Add(letter);
        cursor.Reject(new RecordPosition(letter.Identity.Batch, letter.Identity.Index));
    }

    /// <summary>
    /// Stores a new record as a dead letter without sending it, under the number of a batch that no other record has. Within a commit.
    /// </summary>
    /// <param name="letter">The record; its identity is replaced.</param>
    public void RejectNew(DeadLetter letter)
    {
        _accounting.Count(letter.Recipe, letter.Sink, 1, (counters, records) => counters.Produced += records);
        DeadLetters.Add(letter with { Identity = new RecordId(State.Queue, State.NextNumber++, 0) });
    }

    /// <summary>
    /// Removes rows that wait for a sink which gets them no more, and counts their records. Within a commit.
    /// </summary>
    /// <param name="cursor">The sink's cursor.</param>
    /// <param name="rows">The next rows for the sink, as <see cref="ReadRows"/> returned them.</param>
    /// <param name="records">The number of records by recipe.</param>
    /// <param name="count">Adds a number of records to the right counter.</param>
    public void Release(
        SinkCursor cursor, IReadOnlyList<StoredRow> rows, IReadOnlyDictionary<string, int> records, Action<RouteCounters, long> count)
    {
        Advance(cursor, new RecordPosition(rows[^1].Number + 1, 0), rows, new Dictionary<string, int>());
        foreach (var (recipe, number) in records) _accounting.Count(recipe, cursor.Sink, number, count);
    }

    /// <summary>Counts records of one recipe that came to a sink from the queue of another one. Within a commit.</summary>
    public void CountMovedIn(string recipe, string sink, long records) => _accounting.Count(recipe, sink, records, (counters, n) =>
    {
        counters.Produced += n;
        counters.MovedIn += n;
    });

    /// <summary>Counts records that were dropped before they could be stored. Within a commit.</summary>
    public void CountDropped(RouteSet routes, long records)
    {
        foreach (var sink in routes.Sinks)
        {
            _accounting.Count(routes.Recipe, sink, records, (counters, n) => counters.Produced += n);
            _accounting.Count(routes.Recipe, sink, records, (counters, n) => counters.Dropped += n);
        }
    }

    /// <summary>
    /// Copies all rows and the state into another file, in transactions of about 4 MB. Works even if this file was deleted, because a
    /// deleted file stays readable on Linux while it is open.
    /// </summary>
    /// <returns>The reason why the rest of this file cannot be read; null if all was copied.</returns>
    /// <exception cref="IOException">The other file cannot be written.</exception>
    public string? CopyTo(Database database) => StoreCopy.Run(_tables, State, database);

    /// <summary>
    /// Copies the next megabyte of the file into a snapshot, which the first call begins; not within a commit. The snapshot has what was
    /// committed before its last step. Closing the store ends it.
    /// </summary>
    /// <param name="path">The snapshot, a new file.</param>
    /// <returns>True if the snapshot is complete.</returns>
    /// <exception cref="IOException">The snapshot cannot be written.</exception>
    public bool CopySnapshot(string path) => (_snapshot ??= _database.CopyTo(path)).Step((1 << 20) / RowCost.PageSize);

    /// <summary>Ends a snapshot, complete or not.</summary>
    public void EndSnapshot()
    {
        _snapshot?.Dispose();
        _snapshot = null;
    }

    /// <summary>Returns the time that a sink's first waiting record has waited; null if none waits.</summary>
    public TimeSpan? OldestAge(SinkCursor cursor) =>
        cursor.Bytes != 0 && _rows.First(cursor, cursor.Position.Row - 1) is { } first ? _clock.Read().AgeOf(first) : null;

    /// <summary>Returns the time since a timestamp that <see cref="ReadRows"/> gave a row.</summary>
    public TimeSpan WaitedSince(long storedAt) => _time.GetElapsedTime(storedAt);

    /// <summary>Counts the stored batches; reads the whole table.</summary>
    public int BatchCount()
    {
        var count = 0;
        _tables.ReadBatches(0, (_, _, _) => ++count > 0);
        return count;
    }

    /// <summary>Returns the bytes of the file in used pages and in free pages.</summary>
    public (long Used, long Free) Size()
    {
        var (pages, free) = (_tables.Pragma("page_count"), _tables.Pragma("freelist_count"));
        return ((pages - free) * RowCost.PageSize, free * RowCost.PageSize);
    }

    /// <summary>
    /// Returns free pages to the file system, 256 pages (1 MB) at a time, because moving pages needs room in the write-ahead log.
    /// </summary>
    public void Shrink(int megabytes)
    {
        for (var i = 0; i < megabytes && _tables.Pragma("freelist_count") > 0; i++)
        {
            _database.Execute("PRAGMA incremental_vacuum(256)");
            EmptyLog();
        }
    }

    /// <summary>Copies the write-ahead log into the database and truncates it to zero bytes.</summary>
    public void EmptyLog() => _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");

    public void Dispose()
    {
        EndSnapshot();
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

        State.Reset();
        Load();
    }

    private void Load()
    {
        _tables.ReadState((id, data) =>
        {
            if (Envelope.IsIntact(data, EnvelopeKind.State)) State.Load(id, data);
        });
    }
}
