using System.Threading.Tasks.Sources;

namespace PlantRuntime.Host.Time;

/// <summary>Waits for a monotonic moment, again and again, without allocating. One waiter at a time.</summary>
internal sealed class Alarm : IValueTaskSource, IDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _ring = new() { RunContinuationsAsynchronously = true };
    private int _isArmed;
    private volatile bool _isStopped;

    public Alarm(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static alarm => ((Alarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes at <paramref name="due"/>, or at once when that is past or <see cref="Stop"/> was called.</summary>
    public ValueTask WaitUntilAsync(long due)
    {
        var wait = due - _time.GetTimestamp();
        if (wait <= 0 || _isStopped) return default;
        _ring.Reset();
        Volatile.Write(ref _isArmed, 1);

        // Timers count whole milliseconds: round up, so that we are never early and then late by a second timer.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait * 1000.0 / _time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
        if (_isStopped) Ring();
        return new ValueTask(this, _ring.Version);
    }

    /// <summary>Ends the wait under way.</summary>
    public void Wake() => Ring();

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

    private void Ring()
    {
        if (Interlocked.Exchange(ref _isArmed, 0) == 1) _ring.SetResult(true);
    }
}
