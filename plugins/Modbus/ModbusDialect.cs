using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>The options of a device that change the layout or the checks of its frames. Immutable; a driver has one.</summary>
/// <param name="Frame">Frame format.</param>
/// <param name="ChecksUnit">False if replies may name another unit than was asked.</param>
/// <param name="RegisterBytes">Bytes of a register in replies: 2 or 4.</param>
internal sealed record ModbusDialect(ModbusFrame Frame, bool ChecksUnit = true, int RegisterBytes = ModbusDialect.StandardRegisterBytes)
{
    /// <summary>Bytes of a register in the specification.</summary>
    public const int StandardRegisterBytes = 2;

    /// <summary>Modbus TCP as the specification has it.</summary>
    public static readonly ModbusDialect Standard = new(ModbusFrame.Tcp);

    public static ModbusDialect From(ModbusOptions options) => new(
        options.Format == FrameFormat.Tcp ? ModbusFrame.Tcp : ModbusFrame.Rtu, options.CheckUnit, options.RegisterBits / 8);
}
