namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>How full a sink's queue is, for recipes that wait when it is. Read by their threads.</summary>
internal sealed class LaneLoad(QueueOptions options)
{
    private long _bytes;
    private volatile bool _wasBlocked;

    public QueueOptions Options { get; } = options;

    /// <summary>True when nothing more fits beside what is still in memory.</summary>
    public bool IsBlocked(long inMemory)
    {
        var isFull = Interlocked.Read(ref _bytes) + inMemory >= Options.MaxSize.Bytes;
        if (isFull) _wasBlocked = true;
        return isFull;
    }

    /// <returns>True when somebody may wait for this.</returns>
    public bool Update(long bytes, long inMemory)
    {
        Interlocked.Exchange(ref _bytes, bytes);
        if (!_wasBlocked || bytes + inMemory >= Options.MaxSize.Bytes) return false;
        _wasBlocked = false;
        return true;
    }
}
