using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Converts the bytes of registers and bits to values and back; only values that the type holds without loss are written. A register is two
/// bytes, the most significant first (Application Protocol V1.1b3, clause 4.2). Pure.
/// </summary>
internal static class ModbusValues
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Returns a coil or discrete input; bit 0 of the first byte is the first one (clauses 6.1 and 6.2).</summary>
    public static bool Bit(ReadOnlySpan<byte> bits, int index) => (bits[index / 8] >> (index % 8) & 1) != 0;

    /// <summary>
    /// Returns a number or a part of a register; <paramref name="registers"/> has exactly the bytes of the value. Returns
    /// <see cref="Value.Null"/> for a BCD number with a digit above 9.
    /// </summary>
    // Inlined into its only caller because returning the union costs more than creating it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Value Number(in ModbusAddress address, ReadOnlySpan<byte> registers)
    {
        var bits = registers.Length == 2 ? Register(registers, address.Order) : Join(registers, address.Order);
        return address.Type switch
        {
            ModbusType.Bool => (bits >> address.Bit & 1) != 0,
            ModbusType.Int16 => (long)(short)bits,
            ModbusType.Int32 => (long)(int)bits,
            ModbusType.Int64 => (long)bits,
            ModbusType.UInt64 => bits,
            ModbusType.Float32 => BitConverter.UInt32BitsToSingle((uint)bits),
            ModbusType.Float64 => BitConverter.UInt64BitsToDouble(bits),
            ModbusType.Int48 => (long)(bits << 16) >> 16,
            ModbusType.UInt8 => (long)(byte)(bits >> address.Bit),
            ModbusType.Int8 => (long)(sbyte)(bits >> address.Bit),
            ModbusType.Bcd16 or ModbusType.Bcd32 => Bcd(bits),
            _ => (long)bits,
        };
    }

    // Returns the number of digits of four bits each; null if one of them is above 9.
    private static Value Bcd(ulong bits)
    {
        var number = 0L;
        for (var shift = 28; shift >= 0; shift -= 4)
        {
            var digit = (long)(bits >> shift & 0xF);
            if (digit > 9) return Value.Null;
            number = (number * 10) + digit;
        }

        return number;
    }

    private static ulong ToBcd(ulong number)
    {
        var bits = 0UL;
        for (var shift = 0; number > 0; shift += 4, number /= 10) bits |= number % 10 << shift;
        return bits;
    }

    /// <summary>
    /// Returns a text of <paramref name="length"/> bytes. It ends at the first NUL, and blanks at its end are padding. Bytes that
    /// are not valid UTF-8 are decoded as Latin-1, so that every text is readable. Byte order swaps the two bytes of a register,
    /// never the registers.
    /// </summary>
    public static string Text(ReadOnlySpan<byte> registers, int length, ByteOrder order)
    {
        Span<byte> bytes = stackalloc byte[ModbusTypes.MaxStringBytes];
        var swap = (order & ByteOrder.BADC) != 0 ? 1 : 0;
        for (var i = 0; i < length; i++) bytes[i] = registers[i ^ swap];
        bytes = bytes[..length];
        var end = bytes.IndexOf((byte)0);
        var text = (end < 0 ? bytes : bytes[..end]).TrimEnd((byte)' ');
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(text);
        }
    }

    private static ulong Join(ReadOnlySpan<byte> registers, ByteOrder order)
    {
        var bits = 0UL;
        for (var i = 0; i < registers.Length; i += 2)
        {
            var at = (order & ByteOrder.CDAB) != 0 ? registers.Length - 2 - i : i;
            bits = bits << 16 | Register(registers[at..], order);
        }

        return bits;
    }

    private static ulong Register(ReadOnlySpan<byte> bytes, ByteOrder order) => (order & ByteOrder.BADC) == 0
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes)
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>Writes a value into registers, whose number is the width of the address.</summary>
    /// <returns>Null if the value was written; else a description of the values that the type can hold, for an error text.</returns>
    public static string? Write(in ModbusAddress address, Value value, Span<ushort> registers) => address.Type switch
    {
        ModbusType.Int16 => Whole(address, value, short.MinValue, short.MaxValue, registers),
        ModbusType.UInt16 => Whole(address, value, 0, ushort.MaxValue, registers),
        ModbusType.Int32 => Whole(address, value, int.MinValue, int.MaxValue, registers),
        ModbusType.UInt32 => Whole(address, value, 0, uint.MaxValue, registers),
        ModbusType.Int64 => Whole(address, value, long.MinValue, long.MaxValue, registers),
        ModbusType.UInt64 => Whole(address, value, 0, ulong.MaxValue, registers),
        ModbusType.Int48 => Whole(address, value, -(1L << 47), (1L << 47) - 1, registers),
        ModbusType.UInt48 => Whole(address, value, 0, (1L << 48) - 1, registers),
        ModbusType.Bcd16 => Whole(address, value, 0, 9999, registers),
        ModbusType.Bcd32 => Whole(address, value, 0, 99_999_999, registers),
        ModbusType.Float32 => Single(address, value, registers),
        ModbusType.Float64 => Double(address, value, registers),
        _ => Text(address, value, registers),
    };

    /// <summary>Converts TRUE, FALSE, 1 or 0; returns null for any other value.</summary>
    public static bool? ToBit(Value value) => LosslessConversion.Whole(value) switch
    {
        { } number when number == 0 => false,
        { } number when number == 1 => true,
        _ => null,
    };

    /// <summary>
    /// Converts a value for a part of a register to the bits of that part, at their place in the register, and the mask of that part.
    /// </summary>
    /// <returns>Null if the value fits; else a description of the values that the part can hold, for an error text.</returns>
    public static string? WritePart(in ModbusAddress address, Value value, out ushort bits, out ushort mask)
    {
        var (low, high) = address.Type switch
        {
            ModbusType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            ModbusType.UInt8 => (byte.MinValue, byte.MaxValue),
            _ => (0, 1),
        };
        var whole = LosslessConversion.Whole(value);
        (bits, mask) = (0, 0);
        if (whole is not { } number || number < low || number > high)
            return address.Type == ModbusType.Bool ? "TRUE or FALSE" : $"whole numbers from {low} to {high}";
        var width = address.Type == ModbusType.Bool ? 1 : byte.MaxValue;
        mask = Ordered((ushort)(width << address.Bit), address.Order);
        bits = Ordered((ushort)(((int)number & width) << address.Bit), address.Order);
        return null;
    }

    private static string? Whole(in ModbusAddress address, Value value, Int128 low, Int128 high, Span<ushort> registers)
    {
        if (LosslessConversion.Whole(value) is not { } number || number < low || number > high)
            return $"whole numbers from {low} to {high}";
        var bits = (ulong)(UInt128)number;
        Split(address, address.Type.IsBcd() ? ToBcd(bits) : bits, registers);
        return null;
    }

    private static string? Single(in ModbusAddress address, Value value, Span<ushort> registers)
    {
        if (LosslessConversion.Single(value) is not { } single) return "numbers of about 7 digits up to 3.4e38";
        Split(address, BitConverter.SingleToUInt32Bits(single), registers);
        return null;
    }

    private static string? Double(in ModbusAddress address, Value value, Span<ushort> registers)
    {
        if (LosslessConversion.Double(value) is not { } number) return "numbers of about 15 digits";
        Split(address, BitConverter.DoubleToUInt64Bits(number), registers);
        return null;
    }

    private static string? Text(in ModbusAddress address, Value value, Span<ushort> registers)
    {
        if (value.Kind != ValueKind.Text || value.Text.Contains('\0') || Encoding.UTF8.GetByteCount(value.Text) > address.StringBytes)
            return $"texts of at most {address.StringBytes} bytes in UTF-8";
        Span<byte> bytes = stackalloc byte[ModbusTypes.MaxStringBytes];
        bytes.Clear();
        Encoding.UTF8.GetBytes(value.Text, bytes);
        for (var i = 0; i < registers.Length; i++)
            registers[i] = Ordered(BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]), address.Order);
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
