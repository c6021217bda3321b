using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Sites;

/// <summary>A device of site.toml.</summary>
internal sealed record DeviceModel
{
    public required string Name { get; init; }

    public required Position At { get; init; }

    public required string Driver { get; init; }

    public required Position DriverAt { get; init; }

    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connect or a scan may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public ReconnectOptions Reconnect { get; init; } = new();

    public required IReadOnlyList<TagModel> Tags { get; init; }

    /// <summary>The keys that are the driver's.</summary>
    public required TomlTable Settings { get; init; }

    /// <summary>Those settings that are a single value, which recipes see as properties of the device.</summary>
    public required IReadOnlyDictionary<string, object> Scalars { get; init; }
}
