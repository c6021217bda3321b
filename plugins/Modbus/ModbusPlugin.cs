using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Modbus TCP.</summary>
public sealed class ModbusPlugin : DriverPlugin<ModbusOptions>
{
    /// <inheritdoc/>
    public override string Name => "modbus";

    /// <inheritdoc/>
    public override IDriver Open(ModbusOptions options, PluginContext context) => new ModbusDriver(options, context.Log);
}
