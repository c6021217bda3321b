namespace PlantRuntime.Host.Sites;

/// <summary>A site as site.toml describes it, checked as far as that goes without plugins. Immutable.</summary>
internal sealed record SiteModel
{
    /// <summary>Absolute.</summary>
    public required string Folder { get; init; }

    public required string Name { get; init; }

    public int PlantId { get; init; } = 1;

    public string Tenant { get; init; } = "";

    public LogOptions Log { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public required IReadOnlyList<DeviceModel> Devices { get; init; }

    public required IReadOnlyList<SinkModel> Sinks { get; init; }
}
