namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>One sink's way through the queue: how far it has come, and which rows ahead of that it no longer wants.</summary>
internal sealed class Lane(string sink)
{
    private readonly List<(long From, long To)> _holes = [];
    private readonly List<Position> _refused = [];

    public string Sink { get; } = sink;

    /// <summary>How a row says in its second column that it concerns the sink.</summary>
    public byte[] Mark { get; } = System.Text.Encoding.UTF8.GetBytes($"\n{sink}\n");

    /// <summary>What the site says of its queue; a sink that the site no longer has keeps the defaults.</summary>
    public QueueOptions Options { get; set; } = new();

    /// <summary>The first record that is not delivered yet.</summary>
    public Position Cursor { get; set; } = new(1, 0);

    /// <summary>What waits, in bytes of the file.</summary>
    public long Bytes { get; set; }

    /// <summary>What its dead letters take, in bytes of the file.</summary>
    public long DeadBytes { get; set; }

    /// <summary>The last row that was handed out, or looked at and found not to concern the sink. In memory only.</summary>
    public long Taken { get; set; }

    /// <summary>Rows that were dropped or expired while rows before them were on their way, from and to, ascending.</summary>
    public IReadOnlyList<(long From, long To)> Holes => _holes;

    /// <summary>Rows that were handed out and are not done with. In memory only.</summary>
    public int InFlight { get; set; }

    /// <summary>
    /// Records at or behind the cursor that are dead letters already. A sink that refuses duplicates must not see them again: it would take
    /// them for stored.
    /// </summary>
    public IReadOnlyList<Position> Refused => _refused;

    public bool IsDirty { get; set; }

    /// <summary>A record was set aside as a dead letter.</summary>
    public void Refuse(Position record)
    {
        _refused.Add(record);
        IsDirty = true;
    }

    /// <summary>Indexes of a row's records that are dead letters; mostly none.</summary>
    public IReadOnlyList<int> RefusedOf(long row) => _refused.Count == 0 ? [] : [.. _refused.Where(r => r.Row == row).Select(r => r.Index)];

    /// <summary>Goes back to the first record that is not delivered.</summary>
    public void Rewind() => (Taken, InFlight) = (Cursor.Row - 1, 0);

    /// <summary>True while the row may still have to be delivered, provided that it concerns the sink.</summary>
    public bool Needs(long row) => row >= Cursor.Row && !IsHole(row);

    public bool IsHole(long row)
    {
        foreach (var (from, to) in _holes)
        {
            if (row >= from && row <= to) return true;
        }

        return false;
    }

    /// <summary>Everything before this is done with.</summary>
    public void MoveTo(Position position)
    {
        Cursor = position;
        _holes.RemoveAll(h => h.To < position.Row);
        _refused.RemoveAll(r => r.CompareTo(position) < 0);
        Taken = Math.Max(Taken, position.Row - 1);
        IsDirty = true;
    }

    /// <summary>The row, the next one behind all that is taken, is no longer wanted.</summary>
    public void Skip(long row)
    {
        if (InFlight == 0)
        {
            MoveTo(new Position(row + 1, 0));
            return;
        }

        if (_holes.Count > 0 && _holes[^1].To >= Taken) _holes[^1] = (_holes[^1].From, row);
        else _holes.Add((row, row));
        Taken = row;
        IsDirty = true;
    }

    /// <summary>Takes what was stored of both.</summary>
    public void Load(IEnumerable<(long From, long To)> holes, IEnumerable<Position> refused)
    {
        _holes.Clear();
        _holes.AddRange(holes);
        _refused.Clear();
        _refused.AddRange(refused);
    }
}
