using System.Threading.Tasks.Sources;

namespace PlantRuntime.Host.Time;

/// <summary>Waits for a monotonic moment, again and again, without allocating. One waiter at a time.</summary>
internal sealed class Alarm : IValueTaskSource, IDisposable
{
    /// <summary>Longer waits end early; who waits looks at the clock again.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _ring = new() { RunContinuationsAsynchronously = true };
    private int _isArmed;
    private int _wasWoken;
    private volatile bool _isStopped;

    public Alarm(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static alarm => _ = ((Alarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Completes at <paramref name="due"/>, or at once when that is past, or when it was woken since the last wait, or stopped.
    /// </summary>
    public ValueTask WaitUntilAsync(long due)
    {
        var wait = due - _time.GetTimestamp();
        if (Interlocked.Exchange(ref _wasWoken, 0) == 1 || wait <= 0 || _isStopped) return default;
        _ring.Reset();
        Volatile.Write(ref _isArmed, 1);

        // Timers count whole milliseconds: round up, so that we are never early and then late by a second timer.
        var milliseconds = Math.Min(Math.Ceiling(wait * 1000.0 / _time.TimestampFrequency), s_longest.TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        if (_isStopped || Interlocked.Exchange(ref _wasWoken, 0) == 1) Ring();
        return new ValueTask(this, _ring.Version);
    }

    /// <summary>Ends the wait under way, or the next one when none is.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _wasWoken, 1);
        if (Ring()) Interlocked.Exchange(ref _wasWoken, 0);
    }

    /// <summary>Ends the wait under way and all later ones.</summary>
    public void Stop()
    {
        _isStopped = true;
        Ring();
    }

    public void Dispose() => _timer.Dispose();

    void IValueTaskSource.GetResult(short token) => _ring.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _ring.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _ring.OnCompleted(continuation, state, token, flags);

    /// <returns>False when nobody waits.</returns>
    private bool Ring()
    {
        if (Interlocked.Exchange(ref _isArmed, 0) == 0) return false;
        _ring.SetResult(true);
        return true;
    }
}
