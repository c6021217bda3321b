namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>How full a sink's queue is, for recipes that wait when it is. Read by their threads.</summary>
internal sealed class LaneLoad(QueueOptions options)
{
    private long _bytes;
    private volatile bool _wasBlocked;
    private volatile QueueOptions _options = options;

    public QueueOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>True when recipes are to wait: nothing more fits beside what is still in memory.</summary>
    public bool IsBlocked(long inMemory)
    {
        if (!IsFull(Interlocked.Read(ref _bytes) + inMemory)) return false;
        _wasBlocked = true;
        return true;
    }

    /// <returns>True when somebody may wait for this.</returns>
    public bool Update(long bytes, long inMemory)
    {
        Interlocked.Exchange(ref _bytes, bytes);
        if (!_wasBlocked || IsFull(bytes + inMemory)) return false;
        _wasBlocked = false;
        return true;
    }

    private bool IsFull(long bytes) => _options is { WhenFull: WhenFull.Block } limits && bytes >= limits.MaxSize.Bytes;
}
