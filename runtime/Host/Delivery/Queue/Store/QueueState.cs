using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// Where the queue, its sinks and its routes stand, as rows of the table <c>state</c>: what changed is written in the transaction that
/// changed it, all of it in one page.
/// </summary>
internal sealed class QueueState
{
    private const byte QueueKind = 1;
    private const byte LaneKind = 2;
    private const byte AccountKind = 3;
    private const long QueueRow = 1;
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Recipe, string Sink), Account> _accounts = [];
    private readonly Dictionary<object, long> _rows = new(ReferenceEqualityComparer.Instance);
    private readonly ByteWriter _bytes = new();
    private long _lastRow = QueueRow;

    /// <summary>The queue's identity, a random number.</summary>
    public Guid Queue { get; set; } = Guid.NewGuid();

    /// <summary>The machine that it was written on; empty when that has no name.</summary>
    public string Machine { get; private set; } = "";

    /// <summary>The number of the next batch.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>The queue's own clock, which steps of the wall clock do not move, when it last wrote.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>The wall clock then.</summary>
    public DateTime Wall { get; set; }

    public IReadOnlyCollection<Lane> Lanes => _lanes.Values;

    public IReadOnlyCollection<Account> Accounts => _accounts.Values;

    public Lane Lane(string sink)
    {
        if (_lanes.TryGetValue(sink, out var lane)) return lane;
        lane = new Lane(sink) { Cursor = new Position(NextNumber, 0), IsDirty = true };
        lane.Rewind();
        _lanes.Add(sink, lane);
        return lane;
    }

    public bool HasLane(string sink) => _lanes.ContainsKey(sink);

    public Account Account(string recipe, string sink)
    {
        if (_accounts.TryGetValue((recipe, sink), out var account)) return account;
        account = new Account(recipe, sink);
        _accounts.Add((recipe, sink), account);
        return account;
    }

    /// <summary>
    /// Says which machine it is on. The copy of a queue on another machine gets an identity of its own: otherwise a sink that refuses
    /// duplicates would take its records for those of the first.
    /// </summary>
    /// <returns>True when it came from another machine.</returns>
    public bool MoveTo(string machine)
    {
        var isAnother = Machine.Length > 0 && machine.Length > 0 && Machine != machine;
        if (isAnother) Queue = Guid.NewGuid();
        if (machine.Length > 0) Machine = machine;
        return isAnother;
    }

    /// <summary>Forgets what is not loaded again afterwards: what a transaction that failed had changed.</summary>
    public void Forget()
    {
        NextNumber = 1;
        foreach (var lane in _lanes.Values)
        {
            (lane.Cursor, lane.Bytes, lane.DeadBytes, lane.IsDirty) = (new Position(1, 0), 0, 0, true);
            lane.Load([], []);
        }

        foreach (var account in _accounts.Values)
        {
            (account.Produced, account.Delivered, account.Expired) = (0, 0, 0);
            (account.DeadLettered, account.Dropped, account.Damaged, account.IsDirty) = (0, 0, 0, true);
        }
    }

    /// <summary>Writes what changed.</summary>
    /// <param name="store">Gets the row and its content.</param>
    public void Save(Action<long, ReadOnlySpan<byte>> store)
    {
        store(QueueRow, Bytes());
        foreach (var lane in _lanes.Values)
        {
            if (lane.IsDirty) store(RowOf(lane), Bytes(lane));
            lane.IsDirty = false;
        }

        foreach (var account in _accounts.Values)
        {
            if (account.IsDirty) store(RowOf(account), Bytes(account));
            account.IsDirty = false;
        }
    }

    /// <summary>Takes a row of the table; of several that tell of one thing, as a damaged file may have, the latest counts.</summary>
    /// <param name="row">Its number; 0 when it is not to be written there again.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="DamagedException">It is not whole.</exception>
    public void Load(long row, ReadOnlySpan<byte> bytes)
    {
        _lastRow = Math.Max(_lastRow, row);
        var reader = Sealed.Read(bytes, Sealed.State);
        switch (reader.Byte())
        {
            case QueueKind:
                var queue = new Guid(reader.Bytes(16));
                var (next, age, wall) = (reader.Int64(), reader.Int64(), reader.Int64());
                if (next < NextNumber) break;
                (Queue, NextNumber) = (queue, next);
                Machine = reader.Left > 0 ? reader.Text() : "";
                (Age, Wall) = (TimeSpan.FromMilliseconds(age), new DateTime(wall, DateTimeKind.Utc));
                break;
            case LaneKind: LoadLane(row, ref reader); break;
            case AccountKind: LoadAccount(row, ref reader); break;
        }
    }

    private void LoadLane(long row, ref ByteReader reader)
    {
        var sink = reader.Text();
        if (!_lanes.TryGetValue(sink, out var lane)) _lanes.Add(sink, lane = new Lane(sink));
        if (row > 0) _rows[lane] = row;
        var cursor = new Position(reader.Int64(), (int)reader.Unsigned());
        if (cursor.CompareTo(lane.Cursor) < 0) return;
        (lane.Cursor, lane.Bytes, lane.DeadBytes) = (cursor, reader.Signed(), reader.Signed());
        var holes = new (long, long)[reader.Count()];
        for (var i = 0; i < holes.Length; i++) holes[i] = (reader.Signed(), reader.Signed());
        var refused = new Position[reader.Count()];
        for (var i = 0; i < refused.Length; i++) refused[i] = new Position(reader.Signed(), (int)reader.Unsigned());
        lane.Load(holes, refused);
        lane.IsDirty = false;
    }

    private void LoadAccount(long row, ref ByteReader reader)
    {
        var account = Account(reader.Text(), reader.Text());
        if (row > 0) _rows[account] = row;
        var (produced, delivered, expired) = (reader.Signed(), reader.Signed(), reader.Signed());
        if (produced < account.Produced || (produced == account.Produced && delivered < account.Delivered)) return;
        (account.Produced, account.Delivered, account.Expired) = (produced, delivered, expired);
        (account.DeadLettered, account.Dropped, account.Damaged) = (reader.Signed(), reader.Signed(), reader.Signed());
        account.IsDirty = false;
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
        _bytes.Int64((long)Age.TotalMilliseconds);
        _bytes.Int64(Wall.Ticks);
        _bytes.Text(Machine);
        return End();
    }

    private ReadOnlySpan<byte> Bytes(Lane lane)
    {
        Begin(LaneKind);
        _bytes.Text(lane.Sink);
        _bytes.Int64(lane.Cursor.Row);
        _bytes.Unsigned((ulong)lane.Cursor.Index);
        _bytes.Signed(lane.Bytes);
        _bytes.Signed(lane.DeadBytes);
        _bytes.Unsigned((ulong)lane.Holes.Count);
        foreach (var (from, to) in lane.Holes)
        {
            _bytes.Signed(from);
            _bytes.Signed(to);
        }

        _bytes.Unsigned((ulong)lane.Refused.Count);
        foreach (var (row, index) in lane.Refused)
        {
            _bytes.Signed(row);
            _bytes.Unsigned((ulong)index);
        }

        return End();
    }

    private ReadOnlySpan<byte> Bytes(Account account)
    {
        Begin(AccountKind);
        _bytes.Text(account.Recipe);
        _bytes.Text(account.Sink);
        long[] counts = [account.Produced, account.Delivered, account.Expired, account.DeadLettered, account.Dropped, account.Damaged];
        foreach (var count in counts) _bytes.Signed(count);
        return End();
    }

    private void Begin(byte kind)
    {
        _bytes.Clear();
        Sealed.Open(_bytes, Sealed.State);
        _bytes.Byte(kind);
    }

    private ReadOnlySpan<byte> End()
    {
        Sealed.Close(_bytes.Writable);
        return _bytes.Written;
    }
}
