using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;

namespace PlantRuntime.Host.Sites;

/// <summary>The host's own keys of a sink.</summary>
internal sealed class SinkHead : IValidatedOptions
{
    /// <summary>Name of the sink plugin.</summary>
    public required string Sink { get; init; }

    /// <summary>Whether records wait on disk for it.</summary>
    public DeliveryKind Delivery { get; init; }

    /// <summary>What may wait for it.</summary>
    public QueueOptions? Queue { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Delivery == DeliveryKind.Direct && Queue is not null) yield return ("queue", "a sink with delivery = \"direct\" has none");
    }
}
