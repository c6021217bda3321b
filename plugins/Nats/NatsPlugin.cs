using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Nats;

/// <summary>The plugin "nats": a sink that publishes records to NATS, into a JetStream stream or without one.</summary>
public sealed class NatsPlugin : SinkPlugin<NatsSinkOptions>
{
    /// <inheritdoc/>
    public override string Name => "nats";

    /// <inheritdoc/>
    public override ISink Open(NatsSinkOptions options, PluginContext context) => new NatsSink(options, context);
}
