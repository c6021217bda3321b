using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Sites;

/// <summary>A sink of site.toml.</summary>
internal sealed record SinkModel
{
    public required string Name { get; init; }

    public required Position At { get; init; }

    public required string Sink { get; init; }

    public required Position SinkAt { get; init; }

    /// <summary>The keys that are the plugin's.</summary>
    public required TomlTable Settings { get; init; }
}
