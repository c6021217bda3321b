using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;

namespace PlantRuntime.Host.Sites;

/// <summary>One <c>[sinks.NAME]</c>.</summary>
internal sealed record SinkModel
{
    /// <summary>The host's own keys of a sink; all others are the plugin's.</summary>
    public static readonly IReadOnlyList<string> HostKeys = ["sink", "delivery", "queue"];

    /// <summary>Its name, which recipes write as a C# identifier.</summary>
    public required string Name { get; init; }

    /// <summary>Where the name stands.</summary>
    public required Position At { get; init; }

    /// <summary>Name of the sink plugin.</summary>
    public required string Sink { get; init; }

    /// <summary>Where the plugin is named.</summary>
    public required Position SinkAt { get; init; }

    /// <summary>Whether records wait on disk for it.</summary>
    public DeliveryKind Delivery { get; init; }

    /// <summary>What may wait for it.</summary>
    public QueueOptions Queue { get; init; } = new();

    /// <summary>The plugin's own keys, for the options binder.</summary>
    public required TomlTable Settings { get; init; }
}
