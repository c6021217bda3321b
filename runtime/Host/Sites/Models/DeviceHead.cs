using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>The host's own keys of a device, but for its tags.</summary>
internal sealed class DeviceHead : IValidatedOptions
{
    /// <summary>Name of the driver plugin.</summary>
    public required string Driver { get; init; }

    /// <summary>Time between two scans.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the device may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>When to connect again.</summary>
    public ReconnectOptions Reconnect { get; init; } = new();

    /// <summary>What recipes may do with its blocks of raw bytes.</summary>
    public BlockRight Blocks { get; init; }

    /// <summary>Whether the tags that allow it may be written.</summary>
    public bool Writable { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() => TimeRule.Check(("poll", Poll), ("timeout", Timeout));
}
