using System.Buffers.Binary;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Values to registers: only ones that the type holds without loss. The opposite of <see cref="ModbusValues"/>.</summary>
internal static class ModbusRegisters
{
    /// <summary>Puts a value into the registers of an address, which are exactly as many as it has.</summary>
    /// <returns>What the type holds instead, or null when all is well.</returns>
    public static string? Write(in ModbusAddress address, Value value, Span<ushort> registers) => address.Type switch
    {
        ModbusType.Int16 => Whole(address, value, short.MinValue, short.MaxValue, registers),
        ModbusType.UInt16 => Whole(address, value, 0, ushort.MaxValue, registers),
        ModbusType.Int32 => Whole(address, value, int.MinValue, int.MaxValue, registers),
        ModbusType.UInt32 => Whole(address, value, 0, uint.MaxValue, registers),
        ModbusType.Int64 => Whole(address, value, long.MinValue, long.MaxValue, registers),
        ModbusType.UInt64 => Whole(address, value, 0, ulong.MaxValue, registers),
        ModbusType.Float32 => Single(address, value, registers),
        ModbusType.Float64 => Double(address, value, registers),
        _ => Text(address, value, registers),
    };

    /// <summary>TRUE, FALSE, 1 or 0; null for any other value.</summary>
    public static bool? Bit(Value value) => Lossless.Whole(value) switch
    {
        { } number when number == 0 => false,
        { } number when number == 1 => true,
        _ => null,
    };

    private static string? Whole(in ModbusAddress address, Value value, Int128 low, Int128 high, Span<ushort> registers)
    {
        if (Lossless.Whole(value) is not { } number || number < low || number > high) return $"whole numbers from {low} to {high}";
        Split(address, (ulong)(UInt128)number, registers);
        return null;
    }

    private static string? Single(in ModbusAddress address, Value value, Span<ushort> registers)
    {
        if (Lossless.Single(value) is not { } single) return "numbers of about 7 digits up to 3.4e38";
        Split(address, BitConverter.SingleToUInt32Bits(single), registers);
        return null;
    }

    private static string? Double(in ModbusAddress address, Value value, Span<ushort> registers)
    {
        if (Lossless.Double(value) is not { } number) return "numbers of about 15 digits";
        Split(address, BitConverter.DoubleToUInt64Bits(number), registers);
        return null;
    }

    private static string? Text(in ModbusAddress address, Value value, Span<ushort> registers)
    {
        if (value.Kind != ValueKind.Text || value.Text.Contains('\0') || Encoding.UTF8.GetByteCount(value.Text) > address.StringBytes)
            return $"texts of at most {address.StringBytes} bytes in UTF-8";
        Span<byte> bytes = stackalloc byte[ModbusTypes.MostStringBytes];
        bytes.Clear();
        Encoding.UTF8.GetBytes(value.Text, bytes);
        for (var i = 0; i < registers.Length; i++) registers[i] = Ordered(BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]), address.Order);
        return null;
    }

    private static void Split(in ModbusAddress address, ulong bits, Span<ushort> registers)
    {
        for (var i = registers.Length - 1; i >= 0; i--, bits >>= 16)
            registers[(address.Order & ByteOrder.CDAB) != 0 ? registers.Length - 1 - i : i] = Ordered((ushort)bits, address.Order);
    }

    private static ushort Ordered(ushort register, ByteOrder order) =>
        (order & ByteOrder.BADC) == 0 ? register : BinaryPrimitives.ReverseEndianness(register);
}
