using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Subscriptions;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>OPC UA over opc.tcp, as a client.</summary>
public sealed class OpcUaPlugin : DriverPlugin<OpcUaOptions>
{
    /// <inheritdoc/>
    public override string Name => "opcua";

    /// <inheritdoc/>
    public override IDriver Open(OpcUaOptions options, PluginContext context) =>
        options.Mode == ReadingMode.Poll ? new OpcUaDriver(options, context) : new SubscribingDriver(options, context);
}
