
namespace PlantRuntime.Queue.Store;

/// <summary>
/// Records how far one sink has come in the queue, and which later rows and records it no longer gets. Owned by <see cref="QueueState"/>,
/// which stores it; read and changed on the queue thread only. Does no I/O. Not thread-safe.
/// </summary>
internal sealed class SinkCursor(string sink)
{
    private readonly List<(long From, long To)> _skippedRanges = [];
    private readonly List<RecordPosition> _rejected = [];

    /// <summary>The name of the sink.</summary>
    public string Sink { get; } = sink;

    /// <summary>The bytes in a row's column <c>sinks</c> that name this sink: <c>\n</c>, the name, <c>\n</c>.</summary>
    public byte[] Mark { get; } = System.Text.Encoding.UTF8.GetBytes($"\n{sink}\n");

    /// <summary>The sink's limits in site.toml; the defaults for a sink that the site no longer has.</summary>
    public QueueLimits Limits { get; set; } = new();

    /// <summary>The first record that is not finished (delivered or rejected) yet.</summary>
    public RecordPosition Position { get; set; } = new(1, 0);

    /// <summary>The size of the waiting rows, in bytes of the file (<see cref="RowCost"/>).</summary>
    public long Bytes { get; set; }

    /// <summary>The size of the sink's dead letters, in bytes of the file.</summary>
    public long DeadBytes { get; set; }

    /// <summary>The last row that was given to the sink session, or that does not concern the sink. In memory only.</summary>
    public long LastRead { get; set; }

    /// <summary>Ranges of rows (inclusive, ascending) that were dropped or expired while rows before them were in flight.</summary>
    public IReadOnlyList<(long From, long To)> SkippedRanges => _skippedRanges;

    /// <summary>The number of rows that the sink session has and has not finished. In memory only.</summary>
    public int InFlight { get; set; }

    /// <summary>
    /// Records at or after the cursor that are dead letters already. They are not sent again: a sink that ignores duplicates would report
    /// them as stored.
    /// </summary>
    public IReadOnlyList<RecordPosition> Rejected => _rejected;

    /// <summary>True if the cursor changed since <see cref="QueueState.Save"/> wrote it.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Marks a record as a dead letter.</summary>
    public void Reject(RecordPosition record)
    {
        _rejected.Add(record);
        IsDirty = true;
    }

    /// <summary>Returns the indexes of a row's records that are dead letters; usually empty.</summary>
    public IReadOnlyList<int> RejectedIn(long row) =>
        _rejected.Count == 0 ? [] : [.. _rejected.Where(r => r.Row == row).Select(r => r.Index)];

    /// <summary>Makes the next read start at the first record that is not finished; called for a new session of the sink.</summary>
    public void Rewind() => (LastRead, InFlight) = (Position.Row - 1, 0);

    /// <summary>True if the row is not finished and not skipped. The caller checks that the row concerns the sink.</summary>
    public bool Needs(long row) => row >= Position.Row && !IsSkipped(row);

    /// <summary>True if the row was dropped or expired for this sink.</summary>
    public bool IsSkipped(long row)
    {
        foreach (var (from, to) in _skippedRanges)
        {
            if (row >= from && row <= to) return true;
        }

        return false;
    }

    /// <summary>Moves the cursor: every record before <paramref name="position"/> is finished.</summary>
    public void MoveTo(RecordPosition position)
    {
        Position = position;
        _skippedRanges.RemoveAll(r => r.To < position.Row);
        _rejected.RemoveAll(r => r.CompareTo(position) < 0);
        LastRead = Math.Max(LastRead, position.Row - 1);
        IsDirty = true;
    }

    /// <summary>
    /// Skips the next row behind <see cref="LastRead"/>: moves the cursor if nothing is in flight, otherwise adds the row
    /// to the skipped ranges.
    /// </summary>
    public void Skip(long row)
    {
        if (InFlight == 0)
        {
            MoveTo(new RecordPosition(row + 1, 0));
            return;
        }

        if (_skippedRanges.Count > 0 && _skippedRanges[^1].To >= LastRead) _skippedRanges[^1] = (_skippedRanges[^1].From, row);
        else _skippedRanges.Add((row, row));
        LastRead = row;
        IsDirty = true;
    }

    /// <summary>Replaces the skipped ranges and rejected records by the stored ones.</summary>
    public void Load(IEnumerable<(long From, long To)> skippedRanges, IEnumerable<RecordPosition> rejected)
    {
        _skippedRanges.Clear();
        _skippedRanges.AddRange(skippedRanges);
        _rejected.Clear();
        _rejected.AddRange(rejected);
    }
}
