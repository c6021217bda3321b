using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>The plugin "modbus": opens drivers for devices behind TCP and on serial lines. Stateless.</summary>
public sealed class ModbusPlugin : DriverPlugin<ModbusOptions>
{
    /// <inheritdoc/>
    public override string Name => "modbus";

    /// <inheritdoc/>
    public override IDriver Open(ModbusOptions options, PluginContext context) => options.SerialPort is null
        ? new ModbusDriver(options, context.Log, context.Time, context.Trace)
        : new ModbusSerialDriver(options, context.Log, context.Time, context.Trace);
}
