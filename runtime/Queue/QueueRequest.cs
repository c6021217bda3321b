using PlantRuntime.Queue.Store;
using PlantRuntime.Storage;

namespace PlantRuntime.Queue;

/// <summary>Tells how a request uses the store, and what happens to it while the queue has no file.</summary>
internal enum RequestKind
{
    /// <summary>Reads; fails at once if the queue has no file at the moment.</summary>
    Query,

    /// <summary>Copies the file, before the transaction of its round: SQLite copies nothing within one. Fails as a query does.</summary>
    Copy,

    /// <summary>Changes only what is in memory; waits for the file.</summary>
    Session,

    /// <summary>Changes the file; waits for it, and completes when the change is on the disk.</summary>
    Change,
}

/// <summary>
/// Holds work for the queue thread, which runs changes within a transaction, again if the transaction fails. Created by any thread through
/// <see cref="QueueRequests"/>; <see cref="Done"/> may be awaited anywhere, its continuations never run on the queue thread.
/// </summary>
internal sealed class QueueRequest(Action<QueueStore> work, RequestKind kind)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;

    /// <summary>The kind of the request.</summary>
    public RequestKind Kind { get; } = kind;

    /// <summary>Completes or fails with the request.</summary>
    public Task Done => _done.Task;

    /// <summary>
    /// Runs the work on the queue thread. Only database errors leave it; every other exception is kept for <see cref="Done"/>.
    /// </summary>
    public void Run(QueueStore store)
    {
        try
        {
            _failure = null;
            work(store);
        }
        catch (Exception exception) when (exception is not DatabaseException)
        {
            // An error of the caller, not of the database: the transaction goes on without this request.
            _failure = exception;
        }
    }

    /// <summary>Completes the request after its transaction; fails it if the work threw.</summary>
    public void Complete()
    {
        if (_failure is null) _done.TrySetResult();
        else _done.TrySetException(_failure);
    }

    /// <summary>Fails the request, which will not run any more.</summary>
    public void Fail(Exception exception) => _done.TrySetException(exception);
}
