using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Lease;

namespace PlantRuntime.Plugins.Nats;

/// <summary>
/// The plugin "nats": a sink that publishes records to NATS, into a JetStream stream or without one, and a driver that reads tags from the
/// messages of a stream, a lease that one of several hosts holds, and the state of its recipes for the others.
/// </summary>
public sealed class NatsPlugin : SinkPlugin<NatsSinkOptions>, IDriverPlugin, ILeasePlugin
{
    /// <inheritdoc/>
    public override string Name => "nats";

    Type IDriverPlugin.OptionsType => typeof(NatsDriverOptions);

    /// <inheritdoc/>
    public override ISink Open(NatsSinkOptions options, PluginContext context) => new NatsSink(options, context);

    IDriver IDriverPlugin.Open(object options, PluginContext context) => new NatsDriver((NatsDriverOptions)options, context);

    /// <inheritdoc/>
    public ILease OpenLease(object options, PluginContext context, LeaseSettings settings) =>
        new NatsLease((NatsSinkOptions)options, context, settings);

    /// <inheritdoc/>
    public ILeaseState OpenState(object options, PluginContext context) => new NatsLeaseState((NatsSinkOptions)options, context);
}
