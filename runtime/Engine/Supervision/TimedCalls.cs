using System.Runtime.CompilerServices;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Times the calls into one plugin object, one at a time, each with a deadline. At the deadline it cancels the call's token;
/// callbacks that the plugin registered on the token run on a pool thread, and their exceptions go to <c>callbackFault</c> instead of
/// ending the process. Owned by one session; Begin and End are called within its loop, the rest by any thread. Allocates nothing per
/// call until a deadline expires.
/// </summary>
internal sealed class TimedCalls : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<string> _callbackFault;
    private readonly Lock _gate = new();
    private readonly CallClock _clock;
    private readonly ITimer _timer;
    private CancellationTokenSource _cancellation = new();
    private bool _isRunning;
    private bool _isOver;

    /// <param name="timeout">Longest time of one call; infinite for calls that wait for messages.</param>
    /// <param name="time">The clock.</param>
    /// <param name="callbackFault">Receives the reason when a callback of the plugin threw; on a pool thread.</param>
    public TimedCalls(TimeSpan timeout, TimeProvider time, Action<string> callbackFault)
    {
        Limit = timeout;
        _time = time;
        _callbackFault = callbackFault;
        _clock = new CallClock(time);
        _timer = time.CreateTimer(static calls => ((TimedCalls)calls!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Longest time of one call.</summary>
    public TimeSpan Limit { get; }

    /// <summary>
    /// How long the running call has taken; without a deadline, how long it has ignored its cancellation. Zero when none is running.
    /// </summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>
    /// True if the deadline of the last call expired, or all calls were cancelled: a cancellation was the host's and not the plugin's own.
    /// </summary>
    public bool IsCancelled
    {
        get
        {
            lock (_gate) return _cancellation.IsCancellationRequested;
        }
    }

    /// <summary>
    /// Starts the clock of a call. Called before the plugin is entered, so that a plugin that blocks its thread is noticed, too.
    /// </summary>
    public CancellationToken Begin()
    {
        lock (_gate)
        {
            if (!_cancellation.TryReset()) _cancellation = new CancellationTokenSource();
            _isRunning = true;
            if (Limit != Timeout.InfiniteTimeSpan) _clock.Start();
            if (_isOver) CancelNow();
            else _timer.Change(Limit, Timeout.InfiniteTimeSpan);
            return _cancellation.Token;
        }
    }

    /// <summary>Waits for the end of a call.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(ValueTask call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends a call; needed where the plugin threw before it returned a task.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isRunning = false;
            _clock.End();
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cancels the running call, if there is one.</summary>
    public void CancelCall()
    {
        lock (_gate)
        {
            if (_isRunning) CancelNow();
        }
    }

    /// <summary>Cancels the running call and all later ones.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            _isOver = true;
            CancelNow();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        lock (_gate)
        {
            // A timer can fire for a call that has ended, and some timers fire a little early.
            if (_clock.Elapsed is not { Ticks: > 0 } elapsed) return;
            if (elapsed < Limit) _timer.Change(Limit - elapsed + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            else CancelNow();
        }
    }

    private void CancelNow()
    {
        if (_isRunning && Limit == Timeout.InfiniteTimeSpan) _clock.Start();
        var callbacks = _cancellation.CancelAsync();
        if (!callbacks.IsCompletedSuccessfully) _ = ReportAsync(callbacks);
    }

    private async Task ReportAsync(Task callbacks)
    {
        try
        {
            await callbacks.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _callbackFault($"a cancellation callback threw {PluginFault.Describe(Innermost(exception))}");
        }
    }

    private static Exception Innermost(Exception exception) =>
        exception is AggregateException { InnerExceptions: [var first, ..] } ? Innermost(first) : exception;
}
