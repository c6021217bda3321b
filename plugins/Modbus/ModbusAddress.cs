using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// The parsed address of a tag: unit, area, offset and type of its value. Created by <see cref="ModbusAddressParser"/>. Immutable.
/// </summary>
/// <param name="Unit">Unit id, 0 to 255.</param>
/// <param name="Area">Table of the device in which the value is.</param>
/// <param name="Offset">First register or bit in the area, from 0.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Bit">
/// Bit of the register, where 0 is the least significant; for one byte of it the byte's lowest bit, 0 or 8; -1 for the whole register.
/// </param>
/// <param name="StringBytes">Bytes of a STRING, else 0.</param>
/// <param name="Order">Order of the bytes in the registers.</param>
/// <param name="RegisterBytes">Bytes of a register.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ModbusAddress(
    byte Unit, ModbusArea Area, int Offset, ModbusType Type, int Bit = -1, int StringBytes = 0, ByteOrder Order = ByteOrder.ABCD,
    int RegisterBytes = ModbusDialect.StandardRegisterBytes)
{
    /// <summary>Number of offsets in one area: 0 to 65535 (Application Protocol V1.1b3, clause 4.4).</summary>
    public const int Offsets = 65536;

    /// <summary>Number of registers (or of bits, in an area of bits) that the value fills.</summary>
    public int Width => (Type.Bytes(StringBytes) + RegisterBytes - 1) / RegisterBytes;

    /// <summary>Formats the address in its full form, which parses to an equal address.</summary>
    public override string ToString()
    {
        var bit = Type.IsByte() ? Bit > 0 ? ".high" : ".low" : Bit >= 0 ? $".{Bit}" : "";
        var length = Type == ModbusType.String ? $"[{StringBytes}]" : "";
        var order = Area.IsBits() ? "" : $":{Order}";
        return $"{Unit}/{Area.Name()}:{Offset}{bit}:{Type.ToString().ToUpperInvariant()}{length}{order}";
    }
}

/// <summary>The four tables of a device (Application Protocol V1.1b3, clause 4.3).</summary>
internal enum ModbusArea : byte
{
    /// <summary>Bits that can be read and written.</summary>
    Coil,

    /// <summary>Bits that can be read.</summary>
    Discrete,

    /// <summary>Registers of 16 bits that can be read.</summary>
    Input,

    /// <summary>Registers of 16 bits that can be read and written.</summary>
    Holding,
}

/// <summary>Maps areas to their names and function codes. Pure.</summary>
internal static class ModbusAreas
{
    public static readonly string[] Names = ["coil", "discrete", "input", "holding"];

    public static bool IsBits(this ModbusArea area) => area is ModbusArea.Coil or ModbusArea.Discrete;

    public static string Name(this ModbusArea area) => Names[(int)area];

    public static FunctionCode ReadFunction(this ModbusArea area) => area switch
    {
        ModbusArea.Coil => FunctionCode.ReadCoils,
        ModbusArea.Discrete => FunctionCode.ReadDiscreteInputs,
        ModbusArea.Input => FunctionCode.ReadInputRegisters,
        _ => FunctionCode.ReadHoldingRegisters,
    };

    /// <summary>Returns the area of the first digit of a reference such as 40001, or null.</summary>
    public static ModbusArea? FromReferenceDigit(char digit) => digit switch
    {
        '0' => ModbusArea.Coil,
        '1' => ModbusArea.Discrete,
        '3' => ModbusArea.Input,
        '4' => ModbusArea.Holding,
        _ => null,
    };
}
