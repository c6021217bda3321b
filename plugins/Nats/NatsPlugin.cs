using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Nats;

/// <summary>
/// The plugin "nats": a sink that publishes records to NATS, into a JetStream stream or without one, and a driver that reads tags from the
/// messages of a stream.
/// </summary>
public sealed class NatsPlugin : SinkPlugin<NatsSinkOptions>, IDriverPlugin
{
    /// <inheritdoc/>
    public override string Name => "nats";

    Type IDriverPlugin.OptionsType => typeof(NatsDriverOptions);

    /// <inheritdoc/>
    public override ISink Open(NatsSinkOptions options, PluginContext context) => new NatsSink(options, context);

    IDriver IDriverPlugin.Open(object options, PluginContext context) => new NatsDriver((NatsDriverOptions)options, context);
}
