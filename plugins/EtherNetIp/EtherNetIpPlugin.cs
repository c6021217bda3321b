using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>Rockwell controllers over EtherNet/IP: ControlLogix, CompactLogix, Micro800, SLC 5/05, MicroLogix.</summary>
public sealed class EtherNetIpPlugin : DriverPlugin<EtherNetIpOptions>
{
    /// <inheritdoc/>
    public override string Name => "eip";

    /// <inheritdoc/>
    public override IDriver Open(EtherNetIpOptions options, PluginContext context) => new EtherNetIpDriver(options, context);
}
