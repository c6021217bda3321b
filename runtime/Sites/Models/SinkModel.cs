using PlantRuntime.Contracts;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The settings of one <c>[sinks.NAME]</c> of site.toml. The options binder fills the properties that can be set publicly, which are the
/// host's keys; the builder adds the name, the locations and the plugin's keys. Immutable.
/// </summary>
internal sealed record SinkModel : IValidatedOptions
{
    /// <summary>The host's own keys of a sink; all others are the plugin's.</summary>
    public static readonly IReadOnlyList<string> HostKeys = ["sink", "delivery", "queue"];

    private static readonly QueueOptions s_defaultQueue = new();

    private readonly QueueOptions? _queue;

    /// <summary>Name of the sink, which recipes write as a C# identifier.</summary>
    public required string Name { get; internal init; }

    /// <summary>The location of the name.</summary>
    public required SourceLocation At { get; internal init; }

    /// <summary>Name of the sink plugin: its options are in a section below. <c>plant plugins</c> lists those that are there.</summary>
    /// <example>sink = "mqtt"</example>
    public required string Sink { get; init; }

    /// <summary>The location of <see cref="Sink"/>.</summary>
    public required SourceLocation SinkAt { get; internal init; }

    /// <summary>The place where records wait for the sink: on disk or in memory.</summary>
    public DeliveryKind Delivery { get; init; }

    /// <summary>The limits of its queue (queue.md).</summary>
    public QueueOptions Queue { get => _queue ?? s_defaultQueue; init => _queue = value; }

    /// <summary>The zone of the site, in which days begin.</summary>
    public TimeZoneInfo TimeZone { get; internal init; } = TimeZoneInfo.Utc;

    /// <summary>The plugin's own keys, for the options binder.</summary>
    public required TomlTable Settings { get; internal init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Delivery == DeliveryKind.Direct && _queue is not null) yield return ("queue", "a sink with delivery = \"direct\" has none");
    }
}

/// <summary>The way of a record to a sink, <c>delivery = …</c>.</summary>
internal enum DeliveryKind
{
    /// <summary>Records wait in the site's queue on disk: none that is committed is lost.</summary>
    Queued,

    /// <summary>Records wait in memory and are lost if the host stops: for a local file or a screen.</summary>
    Direct,
}
