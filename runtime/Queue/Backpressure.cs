namespace PlantRuntime.Queue;

/// <summary>
/// Holds the fill level of one sink's queue, by which recipes wait if its overflow policy is <c>block</c>. Recipe threads call
/// <see cref="IsBlocked"/>; the queue thread calls <see cref="Update"/> after commits. Needs no lock.
/// </summary>
internal sealed class Backpressure(QueueLimits options)
{
    private long _bytes;
    private volatile bool _wasBlocked;
    private volatile QueueLimits _options = options;

    /// <summary>The limits in site.toml; set by a reload.</summary>
    public QueueLimits Limits
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>True if recipes must wait: the stored bytes and those in memory (<paramref name="inMemory"/>) reach the limit.</summary>
    public bool IsBlocked(long inMemory)
    {
        if (!IsFull(Interlocked.Read(ref _bytes) + inMemory)) return false;
        _wasBlocked = true;
        return true;
    }

    /// <summary>Sets the fill level.</summary>
    /// <param name="bytes">Bytes of the file that wait for the sink.</param>
    /// <param name="inMemory">Bytes of records in memory, for all sinks.</param>
    /// <returns>True if a recipe found the queue full before and it no longer is.</returns>
    public bool Update(long bytes, long inMemory)
    {
        Interlocked.Exchange(ref _bytes, bytes);
        if (!_wasBlocked || IsFull(bytes + inMemory)) return false;
        _wasBlocked = false;
        return true;
    }

    private bool IsFull(long bytes) => _options is { Overflow: OverflowPolicy.Block } limits && bytes >= limits.MaxSize.Bytes;
}
