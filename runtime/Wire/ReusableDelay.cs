using System.Threading.Tasks.Sources;

namespace PlantRuntime.Wire;

/// <summary>
/// Waits for a time or a cancellation, again and again, without an allocation per wait. One loop owns it and has at most one wait at a
/// time; the timer and the token end the wait on their threads.
/// </summary>
public sealed class ReusableDelay : IValueTaskSource, IDisposable
{
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private int _isRunning;

    /// <param name="time">The clock.</param>
    public ReusableDelay(TimeProvider time) =>
        _timer = time.CreateTimer(static delay => ((ReusableDelay)delay!).End(null), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);

    /// <summary>Waits until the time has passed.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    public ValueTask WaitAsync(TimeSpan time, CancellationToken cancel)
    {
        _core.Reset();
        Volatile.Write(ref _isRunning, 1);
        _registration = cancel.UnsafeRegister(static (delay, token) => ((ReusableDelay)delay!).End(new OperationCanceledException(token)),
            this);
        _timer.Change(time, Timeout.InfiniteTimeSpan);
        return new ValueTask(this, _core.Version);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    void IValueTaskSource.GetResult(short token)
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration.Dispose();
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    // A timer callback of an earlier wait can come late and end this wait early; the owner checks the clock and waits again.
    private void End(OperationCanceledException? cancelled)
    {
        if (Interlocked.Exchange(ref _isRunning, 0) == 0) return;
        if (cancelled is null) _core.SetResult(true);
        else _core.SetException(cancelled);
    }
}
