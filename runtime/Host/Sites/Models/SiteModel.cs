namespace PlantRuntime.Host.Sites;

/// <summary>A site as its site.toml and tag tables describe it, checked as far as that goes without any plugin.</summary>
internal sealed record SiteModel
{
    /// <summary>Absolute folder of the site.</summary>
    public required string Folder { get; init; }

    /// <summary>Name of the site.</summary>
    public required string Name { get; init; }

    /// <summary>Number of the plant in records.</summary>
    public int PlantId { get; init; } = 1;

    /// <summary>Whose plant it is; empty when not said.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Where the log goes.</summary>
    public LogOptions Log { get; init; } = new();

    /// <summary>What recipes may use.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>The devices, in the order of the file; at least one.</summary>
    public required IReadOnlyList<DeviceModel> Devices { get; init; }

    /// <summary>The sinks, in the order of the file.</summary>
    public required IReadOnlyList<SinkModel> Sinks { get; init; }

    /// <summary>Names of the plugins that it uses.</summary>
    public IReadOnlySet<string> PluginNames => Devices.Select(d => d.Driver).Concat(Sinks.Select(s => s.Sink)).ToHashSet(StringComparer.Ordinal);
}
