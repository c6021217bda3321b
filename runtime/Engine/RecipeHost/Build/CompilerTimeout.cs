
namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Ends the wait for a reply of the compiler. The compiler runs at a low priority and gets little of a busy gateway's processors, so that
/// its processor time is measured every 30 s: the wait ends when it used less than 50 ms since the last check, more than 30 s in all, or
/// after ten checks. Created by RecipeCompiler for each request; the checks run on a timer thread under a lock. Stops no process itself.
/// </summary>
internal sealed class CompilerTimeout : IDisposable
{
    private const int MaxChecks = 10;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_mostProcessorTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_leastProcessorTime = TimeSpan.FromMilliseconds(50);
    private readonly Func<TimeSpan> _worked;
    private readonly CancellationTokenSource _end;
    private readonly ITimer _timer;
    private readonly TimeSpan _before;
    private readonly Lock _gate = new();
    private TimeSpan _atLastCheck;
    private int _checks;
    private bool _isDisposed;

    /// <param name="worked">Processor time of the compiler until now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Also ends the wait.</param>
    public CompilerTimeout(Func<TimeSpan> worked, TimeProvider time, CancellationToken cancel)
    {
        _worked = worked;
        _before = _atLastCheck = worked();
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _timer = time.CreateTimer(_ => Check(), null, s_interval, s_interval);
    }

    /// <summary>Is cancelled when the wait is over.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>How long the wait has lasted.</summary>
    public TimeSpan Elapsed => _checks * s_interval;

    public void Dispose()
    {
        lock (_gate)
        {
            // A check that the timer has started already returns when it gets the lock.
            _isDisposed = true;
            _timer.Dispose();
            _end.Dispose();
        }
    }

    private void Check()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var worked = _worked();
            var (isIdle, isEndless) = (worked - _atLastCheck < s_leastProcessorTime, worked - _before > s_mostProcessorTime);
            _atLastCheck = worked;
            if (++_checks == MaxChecks || isIdle || isEndless) _end.Cancel();
        }
    }
}
