using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>The message that the broker publishes when the connection breaks without a goodbye.</summary>
public sealed class WillOptions
{
    /// <summary>Where it is published.</summary>
    public required string Topic { get; init; }

    /// <summary>What it says, as text.</summary>
    public string Payload { get; init; } = "";

    /// <summary>Quality of service, 0 to 2.</summary>
    [Bounds(0, 2)]
    public int Qos { get; init; }

    /// <summary>Whether the broker keeps it for those who subscribe later.</summary>
    public bool Retain { get; init; }
}
