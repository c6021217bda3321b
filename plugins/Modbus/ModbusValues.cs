using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Bytes as registers carry them to values. A register is two bytes, the most significant first (Application Protocol V1.1b3, clause 4.2).
/// </summary>
internal static class ModbusValues
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>A coil or discrete input: bit 0 of the first byte is the first one (clauses 6.1 and 6.2).</summary>
    public static bool Bit(ReadOnlySpan<byte> bits, int index) => (bits[index / 8] >> (index % 8) & 1) != 0;

    /// <summary>A number or a bit of a register; <paramref name="registers"/> is exactly the value's.</summary>
    // Inlined into its one hot caller: returning the union costs more than making it.
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
            _ => (long)bits,
        };
    }

    /// <summary>
    /// Text of <paramref name="length"/> bytes: it ends at the first NUL, blanks at its end are padding. UTF-8 where the bytes are that,
    /// else Latin-1, so that no text is unreadable. Byte order swaps the two bytes of a register, never the registers.
    /// </summary>
    public static string Text(ReadOnlySpan<byte> registers, int length, ByteOrder order)
    {
        Span<byte> bytes = stackalloc byte[ModbusTypes.MostStringBytes];
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
}
