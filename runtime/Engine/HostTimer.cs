using PlantRuntime.Contracts;

namespace PlantRuntime.Engine;

/// <summary>One timer of <see cref="HostTime"/>. Its callback runs on the thread pool; any thread may change it or dispose of it.</summary>
internal sealed class HostTimer(HostTime time, TimerCallback callback, object? state, ExecutionContext? context)
    : ITimer, IThreadPoolWorkItem
{
    private static readonly ContextCallback s_call = static timer => ((HostTimer)timer!).Call();
    private readonly Lock _calls = new();
    private TaskCompletionSource? _ended;
    private int _running;

    /// <summary>Timestamp at which the timer is due. Guarded by the lock of <see cref="HostTime"/>, as are the next three.</summary>
    public long Due { get; set; }

    /// <summary>Time between two calls in ticks of the timestamp; 0 for a single call.</summary>
    public long Period { get; set; }

    /// <summary>Place in the <see cref="TimerHeap"/>; -1 when it is not in it.</summary>
    public int Place { get; set; } = -1;

    public bool IsDisposed { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        HostTime.CheckTime(dueTime, nameof(dueTime));
        HostTime.CheckTime(period, nameof(period));
        long? due = dueTime == Timeout.InfiniteTimeSpan ? null : time.GetTimestamp() + time.Ticks(dueTime);
        return time.Set(this, due, period > TimeSpan.Zero ? time.Ticks(period) : 0);
    }

    /// <summary>Queues one call of the callback to the thread pool.</summary>
    public void BeginCall()
    {
        lock (_calls) _running++;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            if (context is null) Call();
            else ExecutionContext.Run(context, s_call, this);
        }
        finally
        {
            lock (_calls)
            {
                if (--_running == 0) _ended?.TrySetResult();
            }
        }
    }

    public void Dispose() => time.Remove(this);

    /// <summary>Ends the timer, and completes when no callback runs any more.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        lock (_calls)
        {
            if (_running == 0) return default;
            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_ended.Task);
        }
    }

    private void Call() => callback(state);
}
