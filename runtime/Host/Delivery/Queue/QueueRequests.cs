using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>What the queue's thread was asked to do and has not done yet.</summary>
internal sealed class QueueRequests(Action wake)
{
    private readonly Lock _gate = new();
    private readonly List<QueueRequest> _waiting = [];
    private bool _isClosed;

    /// <summary>Adds one; it completes when what it did is on the disk.</summary>
    public Task Add(Action<QueueStore> work, bool isChange)
    {
        var request = new QueueRequest(work, isChange);
        lock (_gate)
        {
            if (_isClosed) request.Fail(Closed());
            else _waiting.Add(request);
        }

        wake();
        return request.Done;
    }

    /// <summary>Those that wait, in order; they wait on until <see cref="Complete"/>.</summary>
    public List<QueueRequest> Snapshot()
    {
        lock (_gate) return [.. _waiting];
    }

    public void Complete(List<QueueRequest> done)
    {
        if (done.Count == 0) return;
        lock (_gate) _waiting.RemoveRange(0, done.Count);
        foreach (var request in done) request.Complete();
    }

    /// <summary>Fails those that wait and all that come.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var request in _waiting) request.Fail(Closed());
            _waiting.Clear();
        }
    }

    private static ObjectDisposedException Closed() => new(nameof(SiteQueue), "the queue is closed");
}
