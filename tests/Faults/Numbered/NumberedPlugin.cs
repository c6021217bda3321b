using PlantRuntime.Contracts;

namespace PlantRuntime.Faults.Numbered;

/// <summary>A device whose samples are numbered, so that whoever records them at the far end can tell what is missing.</summary>
public sealed class NumberedPlugin : DriverPlugin<NumberedOptions>
{
    /// <inheritdoc/>
    public override string Name => "numbered";

    /// <inheritdoc/>
    public override IDriver Open(NumberedOptions options, PluginContext context) => new NumberedDriver(options, context.Time);
}
