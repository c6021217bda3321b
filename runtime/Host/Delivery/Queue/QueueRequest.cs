using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>Something that the queue's thread is to do. It may be run again when the transaction around it failed.</summary>
internal sealed class QueueRequest(Action<QueueStore> work, bool isChange)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;

    public bool IsChange { get; } = isChange;

    public Task Done => _done.Task;

    public void Run(QueueStore store)
    {
        try
        {
            _failure = null;
            work(store);
        }
        catch (Exception exception) when (exception is not DatabaseException)
        {
            // The asker's own mistake, not the database's: the transaction goes on without it.
            _failure = exception;
        }
    }

    /// <summary>What it did is on the disk.</summary>
    public void Complete()
    {
        if (_failure is null) _done.TrySetResult();
        else _done.TrySetException(_failure);
    }

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
