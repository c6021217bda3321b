using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>The plugin "s7": opens drivers for Siemens S7 CPUs and LOGO over ISO-on-TCP (RFC 1006). Stateless.</summary>
public sealed class S7Plugin : DriverPlugin<S7Options>
{
    /// <inheritdoc/>
    public override string Name => "s7";

    /// <inheritdoc/>
    public override IDriver Open(S7Options options, PluginContext context) => new S7Driver(options, context.Time, context.Trace);
}
