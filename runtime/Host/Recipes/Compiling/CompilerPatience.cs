namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>
/// How long an answer of the compiler is waited for. A gateway that is busy leaves it little of its processors, and it gives way to all
/// else: so what counts is whether it works, and how much it has.
/// </summary>
internal sealed class CompilerPatience : IDisposable
{
    private const int MostLooks = 10;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_mostWork = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_leastWork = TimeSpan.FromMilliseconds(50);
    private readonly Func<TimeSpan> _worked;
    private readonly CancellationTokenSource _end;
    private readonly ITimer _timer;
    private readonly TimeSpan _before;
    private readonly Lock _gate = new();
    private TimeSpan _atLastLook;
    private int _looks;
    private bool _isDisposed;

    /// <param name="worked">Processor time of the compiler until now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends it, too.</param>
    public CompilerPatience(Func<TimeSpan> worked, TimeProvider time, CancellationToken cancel)
    {
        _worked = worked;
        _before = _atLastLook = worked();
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _timer = time.CreateTimer(_ => Look(), null, s_look, s_look);
    }

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Lasted => _looks * s_look;

    public void Dispose()
    {
        lock (_gate)
        {
            // A look may be under way still.
            _isDisposed = true;
            _timer.Dispose();
            _end.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var worked = _worked();
            var (isIdle, isEndless) = (worked - _atLastLook < s_leastWork, worked - _before > s_mostWork);
            _atLastLook = worked;
            if (++_looks == MostLooks || isIdle || isEndless) _end.Cancel();
        }
    }
}
