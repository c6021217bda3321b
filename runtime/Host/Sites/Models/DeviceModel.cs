namespace PlantRuntime.Host.Sites;

/// <summary>One <c>[devices.NAME]</c>.</summary>
internal sealed record DeviceModel
{
    /// <summary>The host's own keys of a device; all others are the driver's.</summary>
    public static readonly IReadOnlyList<string> HostKeys = ["driver", "poll", "timeout", "reconnect", "blocks", "writable", "tags"];

    /// <summary>Its name, which recipes write as a C# identifier.</summary>
    public required string Name { get; init; }

    /// <summary>Where the name stands.</summary>
    public required Position At { get; init; }

    /// <summary>Name of the driver plugin.</summary>
    public required string Driver { get; init; }

    /// <summary>Where the driver is named.</summary>
    public required Position DriverAt { get; init; }

    /// <summary>Time between two scans.</summary>
    public required TimeSpan Poll { get; init; }

    /// <summary>How long the device may take to answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>When to connect again.</summary>
    public required ReconnectOptions Reconnect { get; init; }

    /// <summary>What recipes may do with its blocks of raw bytes.</summary>
    public BlockRight Blocks { get; init; }

    /// <summary>Where it says that the tags that allow it may be written; null when none may.</summary>
    public Position? WritableAt { get; init; }

    /// <summary>The tags, in the order of the file; empty for a device that is only written to or asked by blocks.</summary>
    public required IReadOnlyList<TagModel> Tags { get; init; }

    /// <summary>The driver's own keys, for the options binder.</summary>
    public required TomlTable Settings { get; init; }

    /// <summary>The strings, longs, doubles and bools of <see cref="Settings"/>, by key. Secrets are tables, so none is here.</summary>
    public required IReadOnlyDictionary<string, object> Scalars { get; init; }
}
