using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Holds the requests that wait for the queue thread, in order. Owned by one <see cref="DiskQueue"/>. Any thread calls <see cref="Add"/>;
/// the queue thread calls the other members. Locks internally.
/// </summary>
internal sealed class QueueRequests(Action wake)
{
    private readonly Lock _gate = new();
    private readonly List<QueueRequest> _waiting = [];
    private bool _isClosed;

    /// <summary>Adds a request; the task completes when its work is on the disk.</summary>
    public Task Add(Action<QueueStore> work, RequestKind kind)
    {
        var request = new QueueRequest(work, kind);
        lock (_gate)
        {
            if (_isClosed) request.Fail(Closed());
            else _waiting.Add(request);
        }

        wake();
        return request.Done;
    }

    /// <summary>The waiting requests in order; they keep waiting until <see cref="Complete"/>.</summary>
    public List<QueueRequest> Snapshot()
    {
        lock (_gate) return [.. _waiting];
    }

    /// <summary>Removes the requests of the last <see cref="Snapshot"/> and completes them, after their transaction.</summary>
    public void Complete(List<QueueRequest> done)
    {
        if (done.Count == 0) return;
        lock (_gate) _waiting.RemoveRange(0, done.Count);
        foreach (var request in done) request.Complete();
    }

    /// <summary>Fails the waiting queries, because the queue has no file.</summary>
    public void FailQueries(string reason)
    {
        lock (_gate)
        {
            foreach (var query in _waiting.Where(IsQuery))
                query.Fail(new IOException($"the queue has no file: {reason}"));
            _waiting.RemoveAll(IsQuery);
        }
    }

    /// <summary>Fails all waiting requests, and all that are added later.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var request in _waiting) request.Fail(Closed());
            _waiting.Clear();
        }
    }

    private static bool IsQuery(QueueRequest request) => request.Kind is RequestKind.Query or RequestKind.Copy;

    private static ObjectDisposedException Closed() => new(nameof(DiskQueue), "the queue is closed");
}
