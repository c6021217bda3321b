using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// When a sink that failed is tried again: after half a second, then twice as long each time up to 30 s, a fifth more or less so that many
/// gateways do not come at once. After five failures in a row the breaker is open: the sink counts as down until an attempt succeeds.
/// </summary>
/// <param name="chance">Numbers from 0 to 1.</param>
internal sealed class RetryPolicy(Func<double> chance)
{
    private const int FailuresUntilOpen = 5;
    private const double Jitter = 0.2;
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>True while the sink counts as down.</summary>
    public bool IsOpen => Failures >= FailuresUntilOpen;

    /// <summary>One more failure.</summary>
    /// <param name="atLeast">How long the far end asked to be left alone.</param>
    /// <returns>How long to wait.</returns>
    public TimeSpan Failed(TimeSpan atLeast)
    {
        Failures++;
        var wait = _backoff.Next() * (1 - Jitter + (2 * Jitter * chance()));
        if (atLeast > s_longest) atLeast = s_longest;
        return wait > atLeast ? wait : atLeast;
    }

    /// <returns>How many failures that ends.</returns>
    public int Succeeded()
    {
        var failures = Failures;
        Failures = 0;
        _backoff.Reset();
        return failures;
    }
}
