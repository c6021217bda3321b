using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Sinks;

/// <summary>
/// Decides when a failed sink is tried again: after 0.5 s, then twice as long each time up to 30 s, each wait 20 % more or less at random
/// so that many gateways do not reconnect at the same moment. After five failures in a row the breaker is open: the sink counts as down
/// until an attempt succeeds. Owned by one <see cref="SinkSupervisor"/> and used by its session, one call at a time; not thread-safe; waits
/// for nothing itself.
/// </summary>
/// <param name="chance">Returns random numbers from 0 to 1 for the jitter.</param>
internal sealed class RetryPolicy(Func<double> chance)
{
    private const int FailuresUntilOpen = 5;
    private const double Jitter = 0.2;

    // Longest wait that a sink can ask for with RetryAfterException.
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));

    /// <summary>Number of failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>True while the sink counts as down.</summary>
    public bool IsOpen => Failures >= FailuresUntilOpen;

    /// <summary>Counts a failure and returns the time to wait.</summary>
    /// <param name="atLeast">Wait that the far end asked for; zero without one. At most one hour of it applies.</param>
    public TimeSpan Failed(TimeSpan atLeast)
    {
        Failures++;
        var wait = _backoff.Next() * (1 - Jitter + (2 * Jitter * chance()));
        if (atLeast > s_longest) atLeast = s_longest;
        return wait > atLeast ? wait : atLeast;
    }

    /// <summary>Ends a series of failures and returns their number.</summary>
    public int Succeeded()
    {
        var failures = Failures;
        Failures = 0;
        _backoff.Reset();
        return failures;
    }
}
