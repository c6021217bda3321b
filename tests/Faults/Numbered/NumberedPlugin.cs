using PlantRuntime.Contracts;

namespace PlantRuntime.Faults.Numbered;

/// <summary>A device with numbered samples, so that a recorder behind the sink can find missing ones.</summary>
public sealed class NumberedPlugin : DriverPlugin<NumberedOptions>
{
    /// <inheritdoc/>
    public override string Name => "numbered";

    /// <inheritdoc/>
    public override IDriver Open(NumberedOptions options, PluginContext context) => new NumberedDriver(options, context.Time);
}
