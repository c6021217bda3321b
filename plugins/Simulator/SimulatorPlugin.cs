using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>A device that is not there: repeatable values and faults, for demos, tests and recipes older than their machine.</summary>
public sealed class SimulatorPlugin : DriverPlugin<SimulatorOptions>
{
    /// <inheritdoc/>
    public override string Name => "simulator";

    /// <inheritdoc/>
    public override IDriver Open(SimulatorOptions options, PluginContext context) => new SimulatorDriver(options, context.Time);
}
