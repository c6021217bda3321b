using System.Threading.Tasks.Sources;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Waits for a time of the monotonic clock, repeatedly and without allocating. Owned by one loop, which has at most one wait at a time;
/// <see cref="Wake"/> and <see cref="Stop"/> may be called by any thread. Continuations run on the thread pool.
/// </summary>
internal sealed class Alarm : IValueTaskSource, IDisposable
{
    /// <summary>
    /// Longest wait of one timer, far below the limit of 49 days that timers have. A longer wait ends early, and the waiter compares
    /// the clock again.
    /// </summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private int _isArmed;
    private int _wasWoken;
    private volatile bool _isStopped;

    public Alarm(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static alarm => _ = ((Alarm)alarm!).TryComplete(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Completes at <paramref name="due"/>, at once when that is past, or when the alarm was woken since the last wait or stopped.
    /// </summary>
    public ValueTask WaitUntilAsync(long due)
    {
        var wait = due - _time.GetTimestamp();
        if (Interlocked.Exchange(ref _wasWoken, 0) == 1 || wait <= 0 || _isStopped) return default;
        _wait.Reset();
        Volatile.Write(ref _isArmed, 1);

        // Timers count whole milliseconds: round up, so that the alarm is never early and then late by a second timer.
        var milliseconds = Math.Min(Math.Ceiling(wait * 1000.0 / _time.TimestampFrequency), s_longest.TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        if (_isStopped || Interlocked.Exchange(ref _wasWoken, 0) == 1) TryComplete();
        return new ValueTask(this, _wait.Version);
    }

    /// <summary>Ends the current wait, or the next one if none is running.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _wasWoken, 1);
        if (TryComplete()) Interlocked.Exchange(ref _wasWoken, 0);
    }

    /// <summary>Ends the current wait and all later ones.</summary>
    public void Stop()
    {
        _isStopped = true;
        TryComplete();
    }

    public void Dispose() => _timer.Dispose();

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    /// <returns>False when there is no waiter.</returns>
    private bool TryComplete()
    {
        if (Interlocked.Exchange(ref _isArmed, 0) == 0) return false;
        _wait.SetResult(true);
        return true;
    }
}
