using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>
/// The plugin "simulator": simulates devices with repeatable values and faults, for demos, tests and recipes that are written before the
/// machine arrives. Stateless.
/// </summary>
public sealed class SimulatorPlugin : DriverPlugin<SimulatorOptions>
{
    /// <inheritdoc/>
    public override string Name => "simulator";

    /// <inheritdoc/>
    public override IDriver Open(SimulatorOptions options, PluginContext context) =>
        new SimulatorDriver(options, context.Time, context.Trace);
}
