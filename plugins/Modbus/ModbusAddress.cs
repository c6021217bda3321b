using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Where a tag's value is and what it means. Made by <see cref="ModbusAddressParser"/>.</summary>
/// <param name="Unit">Unit id, 0 to 255.</param>
/// <param name="Area">Table of the device.</param>
/// <param name="Offset">First register or bit in it, from 0.</param>
/// <param name="Type">What the bits mean.</param>
/// <param name="Bit">Bit of the register, 0 the least significant, or -1.</param>
/// <param name="StringBytes">Bytes of a STRING, else 0.</param>
/// <param name="Order">Order of the bytes in the registers.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ModbusAddress(
    byte Unit, ModbusArea Area, int Offset, ModbusType Type, int Bit = -1, int StringBytes = 0, ByteOrder Order = ByteOrder.ABCD)
{
    /// <summary>Offsets in one area: 0 to 65535 (Application Protocol V1.1b3, clause 4.4).</summary>
    public const int Offsets = 65536;

    /// <summary>Registers (or bits, in a table of bits) that the value fills.</summary>
    public int Width => Type.Registers(StringBytes);

    /// <summary>The address in its full form, which parses back to the same.</summary>
    public override string ToString()
    {
        var bit = Bit >= 0 ? $".{Bit}" : "";
        var length = Type == ModbusType.String ? $"[{StringBytes}]" : "";
        var order = Area.IsBits() ? "" : $":{Order}";
        return $"{Unit}/{Area.Name()}:{Offset}{bit}:{Type.ToString().ToUpperInvariant()}{length}{order}";
    }
}
