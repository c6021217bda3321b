using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Siemens S7 over ISO-on-TCP.</summary>
public sealed class S7Plugin : DriverPlugin<S7Options>
{
    /// <inheritdoc/>
    public override string Name => "s7";

    /// <inheritdoc/>
    public override IDriver Open(S7Options options, PluginContext context) => new S7Driver(options);
}
