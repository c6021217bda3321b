using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>Options of a simulated device in site.toml; all have defaults.</summary>
public sealed class SimulatorOptions : IValidatedOptions
{
    /// <summary>The same seed gives the same noise, walks and jitter, in any process and on any machine.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How long the device takes to accept a connection and to answer a read. Zero answers at once.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Up to this much is added to the latency, evenly spread, another amount each time.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>What goes wrong, and when.</summary>
    public IReadOnlyList<FaultOptions> Faults { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Latency < TimeSpan.Zero) yield return ("latency", "no device answers before it is asked: 0 or more");
        if (Jitter < TimeSpan.Zero) yield return ("jitter", "jitter only adds: 0 or more");
    }
}
