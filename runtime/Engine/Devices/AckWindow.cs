namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Counts for one connection of a subscribed device up to which scan everything is stored, and limits the number of scans that are not, so
/// that a device that sends faster than the disk writes is slowed down. Drops nothing. Owned by one SubscriptionLoop, whose receive loop
/// calls WaitForRoomAsync and Next, one call at a time; acknowledgements are released on any thread.
/// </summary>
/// <param name="window">Largest number of scans that are not stored.</param>
/// <param name="changed">Called after each stored scan, on the thread that stored it.</param>
internal sealed class AckWindow(int window, Action changed)
{
    private readonly Lock _gate = new();
    private readonly HashSet<long> _ahead = [];
    private readonly SemaphoreSlim _room = new(window);
    private long _given;
    private long _stored;

    /// <summary>All scans up to this number are stored.</summary>
    public long Stored
    {
        get
        {
            lock (_gate) return _stored;
        }
    }

    /// <summary>Waits until another scan may be read.</summary>
    public Task WaitForRoomAsync(CancellationToken cancel) => _room.WaitAsync(cancel);

    /// <summary>Creates the acknowledgement of the next scan. The caller is its first holder and must release it.</summary>
    public ScanAck Next()
    {
        var number = ++_given;
        return new ScanAck(() => SetStored(number));
    }

    private void SetStored(long number)
    {
        lock (_gate)
        {
            _ahead.Add(number);
            while (_ahead.Remove(_stored + 1)) _stored++;
        }

        _room.Release();
        changed();
    }
}

/// <summary>
/// Counts the holders of a scan of a subscribed device. When the last one releases it, every record made from the scan is stored, and the
/// device may discard its copy. Any thread; <c>done</c> runs on the thread of the last release.
/// </summary>
internal sealed class ScanAck(Action done)
{
    private int _holders = 1;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) done();
    }
}
