namespace PlantRuntime.Host.Devices;

/// <summary>
/// The receipts of one connection, by scan: up to which scan everything is stored. Bounds how many scans may be without one, so that a
/// device that speaks faster than the disk writes is slowed, not forgotten.
/// </summary>
internal sealed class ReceiptBook(int window, Action changed)
{
    private readonly Lock _gate = new();
    private readonly HashSet<long> _ahead = [];
    private readonly SemaphoreSlim _room = new(window);
    private long _given;
    private long _stored;

    /// <summary>All scans up to this one are stored.</summary>
    public long Stored
    {
        get
        {
            lock (_gate) return _stored;
        }
    }

    /// <summary>Waits until another scan may be taken.</summary>
    public Task WhenRoomAsync(CancellationToken cancel) => _room.WaitAsync(cancel);

    /// <summary>A receipt for the next scan.</summary>
    public Receipt Next()
    {
        var number = ++_given;
        return new Receipt(() => Done(number));
    }

    private void Done(long number)
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
