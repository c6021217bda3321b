using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>Options of a simulated device in site.toml; all have defaults. Immutable.</summary>
public sealed class SimulatorOptions : IValidatedOptions
{
    /// <summary>Seed of noise, walks and jitter. The same seed gives the same values in any process and on any machine.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Time to accept a connection and to answer a read. Zero answers at once.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Maximum of a uniformly distributed time that is added to the latency of each call.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The scheduled faults.</summary>
    /// <example>faults = [{ kind = "disconnect", after = "10s", for = "5s" }]</example>
    public IReadOnlyList<FaultOptions> Faults { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Latency < TimeSpan.Zero) yield return ("latency", "no device answers before it is asked: 0 or more");
        if (Jitter < TimeSpan.Zero) yield return ("jitter", "jitter only adds: 0 or more");
    }
}
