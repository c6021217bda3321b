using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Holds the queue's identity and clock, the cursor of each sink and the counters of each route, and reads and writes them as rows of the
/// table <c>state</c>. Owned by one <see cref="QueueStore"/>, which saves what changed in the transaction that changed it; used on the
/// queue thread only. Does no I/O itself. Not thread-safe.
/// </summary>
internal sealed class QueueState
{
    private const byte QueueKind = 1;
    private const byte CursorKind = 2;
    private const byte CountersKind = 3;
    private const long QueueRow = 1;
    private readonly Dictionary<string, SinkCursor> _cursors = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Recipe, string Sink), RouteCounters> _counters = [];
    private readonly Dictionary<object, long> _rows = new(ReferenceEqualityComparer.Instance);
    private readonly List<long> _removedRows = [];
    private readonly ByteWriter _bytes = new();
    private long _lastRow = QueueRow;

    /// <summary>The queue's identity, a random number; part of every record id.</summary>
    public Guid Queue { get; set; } = Guid.NewGuid();

    /// <summary>The name of the machine that the queue was written on; empty if unknown.</summary>
    public string Machine { get; private set; } = "";

    /// <summary>The number of the next batch.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>The clock of the queue at the last commit, by <see cref="RecordAgeClock"/>.</summary>
    public QueueTime Time { get; set; } = QueueTime.New;

    /// <summary>The cursors of all sinks that the queue has known, also of those that the site no longer has.</summary>
    public IReadOnlyCollection<SinkCursor> Cursors => _cursors.Values;

    /// <summary>The counters of all routes that the queue has known.</summary>
    public IReadOnlyCollection<RouteCounters> Counters => _counters.Values;

    /// <summary>Returns the cursor of a sink; creates one behind the last batch if the sink is new.</summary>
    public SinkCursor CursorOf(string sink)
    {
        if (_cursors.TryGetValue(sink, out var cursor)) return cursor;
        cursor = new SinkCursor(sink) { Position = new RecordPosition(NextNumber, 0), IsDirty = true };
        cursor.Rewind();
        _cursors.Add(sink, cursor);
        return cursor;
    }

    /// <summary>True if the queue has known this sink.</summary>
    public bool HasCursor(string sink) => _cursors.ContainsKey(sink);

    /// <summary>Removes the cursor of a sink that the site no longer has; the next <see cref="Save"/> deletes its row.</summary>
    public void Remove(SinkCursor cursor)
    {
        _cursors.Remove(cursor.Sink);
        if (_rows.Remove(cursor, out var row)) _removedRows.Add(row);
    }

    /// <summary>Returns the counters of a route; creates them with zeros if the route is new.</summary>
    public RouteCounters CountersOf(string recipe, string sink)
    {
        if (_counters.TryGetValue((recipe, sink), out var counters)) return counters;
        counters = new RouteCounters(recipe, sink);
        _counters.Add((recipe, sink), counters);
        return counters;
    }

    /// <summary>
    /// Records the machine that the queue is on. A queue that was copied to another machine gets a new identity: otherwise a sink that
    /// rejects duplicates would mistake its records for those of the first machine.
    /// </summary>
    /// <returns>True if the queue was written on another machine before.</returns>
    public bool MoveTo(string machine)
    {
        var isAnother = Machine.Length > 0 && machine.Length > 0 && Machine != machine;
        if (isAnother) Queue = Guid.NewGuid();
        if (machine.Length > 0) Machine = machine;
        return isAnother;
    }

    /// <summary>
    /// Prepares a queue that was restored from a copy. It gets a new identity, because the numbers behind the copy may have been used for
    /// other records, which a sink would mistake for duplicates. With the old identity it goes on with numbers that were never used.
    /// </summary>
    /// <param name="machine">The machine that it is on now.</param>
    /// <param name="keepsIdentity">True if it takes the place of the queue that was copied.</param>
    /// <param name="gap">The numbers to leave out with the old identity: those that were used since the copy, and many more.</param>
    public void ContinueFromCopy(string machine, bool keepsIdentity, long gap)
    {
        if (keepsIdentity) NextNumber += gap;
        else Queue = Guid.NewGuid();
        if (machine.Length > 0) Machine = machine;
    }

    /// <summary>
    /// Sets all cursors and counters to their initial values; called after a failed transaction, before the stored rows are loaded again.
    /// </summary>
    public void Reset()
    {
        NextNumber = 1;
        _removedRows.Clear();
        foreach (var cursor in _cursors.Values)
        {
            (cursor.Position, cursor.Bytes, cursor.DeadBytes, cursor.IsDirty) = (new RecordPosition(1, 0), 0, 0, true);
            cursor.Load([], []);
        }

        foreach (var counters in _counters.Values)
        {
            (counters.Produced, counters.Delivered, counters.Expired) = (0, 0, 0);
            (counters.DeadLettered, counters.Dropped, counters.Damaged, counters.IsDirty) = (0, 0, 0, true);
            (counters.MovedIn, counters.MovedOut) = (0, 0);
        }
    }

    /// <summary>Makes the next <see cref="Save"/> write everything.</summary>
    public void MarkAllChanged()
    {
        foreach (var cursor in _cursors.Values) cursor.IsDirty = true;
        foreach (var counters in _counters.Values) counters.IsDirty = true;
    }

    /// <summary>Encodes the queue's row, and each cursor and route that changed; deletes the rows of removed cursors.</summary>
    /// <param name="store">Writes a row: its id, and its bytes, which are valid only within the call.</param>
    /// <param name="delete">Deletes a row by its id.</param>
    public void Save(Action<long, ReadOnlySpan<byte>> store, Action<long> delete)
    {
        foreach (var row in _removedRows) delete(row);
        _removedRows.Clear();
        store(QueueRow, Bytes());
        foreach (var cursor in _cursors.Values)
        {
            if (cursor.IsDirty) store(RowOf(cursor), Bytes(cursor));
            cursor.IsDirty = false;
        }

        foreach (var counters in _counters.Values)
        {
            if (counters.IsDirty) store(RowOf(counters), Bytes(counters));
            counters.IsDirty = false;
        }
    }

    /// <summary>
    /// Reads a row of the table. If several rows describe the same cursor or route, as in a damaged file, the latest counts.
    /// </summary>
    /// <param name="row">The id of the row; 0 if it will not be written under this id again.</param>
    /// <param name="bytes">The bytes of the row.</param>
    /// <exception cref="DamagedException">The row is not intact.</exception>
    public void Load(long row, ReadOnlySpan<byte> bytes)
    {
        _lastRow = Math.Max(_lastRow, row);
        var reader = Envelope.Read(bytes, EnvelopeKind.State);
        switch (reader.Byte())
        {
            case QueueKind:
                var queue = new Guid(reader.Bytes(16));
                var (next, age, wall) = (reader.Int64(), reader.Int64(), reader.Int64());
                if (next < NextNumber) break;
                (Queue, NextNumber) = (queue, next);
                Machine = reader.Left > 0 ? reader.Text() : "";
                Time = new QueueTime(TimeSpan.FromMilliseconds(age), new DateTime(wall, DateTimeKind.Utc), 0, []);
                if (reader.Left > 0) LoadStops(ref reader);
                break;
            case CursorKind: LoadCursor(row, ref reader); break;
            case CountersKind: LoadCounters(row, ref reader); break;
        }
    }

    private void LoadStops(ref ByteReader reader)
    {
        var unsettled = reader.Signed();
        var stops = new HostStop[reader.Count()];
        for (var i = 0; i < stops.Length; i++) stops[i] = new HostStop(reader.Signed(), TimeSpan.FromMilliseconds(reader.Signed()));
        Time = Time with { Unsettled = unsettled, Stops = stops };
    }

    private void LoadCursor(long row, ref ByteReader reader)
    {
        var sink = reader.Text();
        if (!_cursors.TryGetValue(sink, out var cursor)) _cursors.Add(sink, cursor = new SinkCursor(sink));
        if (row > 0) _rows[cursor] = row;
        var position = new RecordPosition(reader.Int64(), (int)reader.Unsigned());
        if (position.CompareTo(cursor.Position) < 0) return;
        (cursor.Position, cursor.Bytes, cursor.DeadBytes) = (position, reader.Signed(), reader.Signed());
        var skipped = new (long, long)[reader.Count()];
        for (var i = 0; i < skipped.Length; i++) skipped[i] = (reader.Signed(), reader.Signed());
        var rejected = new RecordPosition[reader.Count()];
        for (var i = 0; i < rejected.Length; i++) rejected[i] = new RecordPosition(reader.Signed(), (int)reader.Unsigned());
        cursor.Load(skipped, rejected);
        cursor.IsDirty = false;
    }

    private void LoadCounters(long row, ref ByteReader reader)
    {
        var counters = CountersOf(reader.Text(), reader.Text());
        if (row > 0) _rows[counters] = row;
        var stored = new RouteCounters(counters.Recipe, counters.Sink)
        {
            Produced = reader.Signed(), Delivered = reader.Signed(), Expired = reader.Signed(),
            DeadLettered = reader.Signed(), Dropped = reader.Signed(), Damaged = reader.Signed(),
        };
        if (reader.Left > 0) (stored.MovedIn, stored.MovedOut) = (reader.Signed(), reader.Signed());
        if (stored.Passed < counters.Passed || (stored.Passed == counters.Passed && stored.Delivered < counters.Delivered)) return;
        counters.CopyFrom(stored);
        counters.IsDirty = false;
    }

    private long RowOf(object thing)
    {
        if (!_rows.TryGetValue(thing, out var row)) _rows.Add(thing, row = ++_lastRow);
        return row;
    }

    private ReadOnlySpan<byte> Bytes()
    {
        Begin(QueueKind);
        _bytes.Bytes(Queue.ToByteArray());
        _bytes.Int64(NextNumber);
        _bytes.Int64((long)Time.Running.TotalMilliseconds);
        _bytes.Int64(Time.Wall.Ticks);
        _bytes.Text(Machine);
        _bytes.Signed(Time.Unsettled);
        _bytes.Unsigned((ulong)Time.Stops.Count);
        foreach (var stop in Time.Stops)
        {
            _bytes.Signed(stop.Before);
            _bytes.Signed((long)stop.Length.TotalMilliseconds);
        }

        return End();
    }

    private ReadOnlySpan<byte> Bytes(SinkCursor cursor)
    {
        Begin(CursorKind);
        _bytes.Text(cursor.Sink);
        _bytes.Int64(cursor.Position.Row);
        _bytes.Unsigned((ulong)cursor.Position.Index);
        _bytes.Signed(cursor.Bytes);
        _bytes.Signed(cursor.DeadBytes);
        _bytes.Unsigned((ulong)cursor.SkippedRanges.Count);
        foreach (var (from, to) in cursor.SkippedRanges)
        {
            _bytes.Signed(from);
            _bytes.Signed(to);
        }

        _bytes.Unsigned((ulong)cursor.Rejected.Count);
        foreach (var (row, index) in cursor.Rejected)
        {
            _bytes.Signed(row);
            _bytes.Unsigned((ulong)index);
        }

        return End();
    }

    private ReadOnlySpan<byte> Bytes(RouteCounters counters)
    {
        Begin(CountersKind);
        _bytes.Text(counters.Recipe);
        _bytes.Text(counters.Sink);
        long[] counts = [counters.Produced, counters.Delivered, counters.Expired, counters.DeadLettered, counters.Dropped,
            counters.Damaged, counters.MovedIn, counters.MovedOut];
        foreach (var count in counts) _bytes.Signed(count);
        return End();
    }

    private void Begin(byte kind)
    {
        _bytes.Clear();
        Envelope.Begin(_bytes, EnvelopeKind.State);
        _bytes.Byte(kind);
    }

    private ReadOnlySpan<byte> End()
    {
        Envelope.Seal(_bytes.Writable);
        return _bytes.Written;
    }
}
