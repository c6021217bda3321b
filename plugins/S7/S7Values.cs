using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Bytes of a CPU's memory, the most significant first, to numbers.</summary>
internal static class S7Values
{
    /// <summary>A value that is no text; <paramref name="bytes"/> is exactly the value's.</summary>
    /// <returns>False when the bytes are no value of the type: digits of a BCD number above 9.</returns>
    // Inlined into its one hot caller: returning the union costs more than making it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryNumber(S7Type type, int bit, ReadOnlySpan<byte> bytes, out Value value)
    {
        switch (type)
        {
            case S7Type.Bool: value = (bytes[0] >> bit & 1) != 0; return true;
            case S7Type.Byte or S7Type.USInt: value = (long)bytes[0]; return true;
            case S7Type.SInt: value = (long)(sbyte)bytes[0]; return true;
            case S7Type.Word or S7Type.UInt: value = (long)BinaryPrimitives.ReadUInt16BigEndian(bytes); return true;
            case S7Type.Int: value = (long)BinaryPrimitives.ReadInt16BigEndian(bytes); return true;
            case S7Type.DWord or S7Type.UDInt: value = (long)BinaryPrimitives.ReadUInt32BigEndian(bytes); return true;
            case S7Type.DInt or S7Type.Time: value = (long)BinaryPrimitives.ReadInt32BigEndian(bytes); return true;
            case S7Type.Real: value = BinaryPrimitives.ReadSingleBigEndian(bytes); return true;
            case S7Type.LInt: value = BinaryPrimitives.ReadInt64BigEndian(bytes); return true;
            case S7Type.ULInt or S7Type.LWord: value = BinaryPrimitives.ReadUInt64BigEndian(bytes); return true;
            case S7Type.LReal: value = BinaryPrimitives.ReadDoubleBigEndian(bytes); return true;
            case S7Type.S5Time: return TryBcd(bytes, TimeBase(bytes[0]), out value);
            default: return TryBcd(bytes, 1, out value);
        }
    }

    /// <summary>Two digits in a byte, or -1.</summary>
    public static int Bcd(byte digits) => (digits & 15) > 9 || digits >> 4 > 9 ? -1 : (10 * (digits >> 4)) + (digits & 15);

    // S5TIME: bits 12 and 13 are the time base, 10 ms to 10 s; below them three BCD digits. A counter has the digits alone.
    private static bool TryBcd(ReadOnlySpan<byte> bytes, int unit, out Value value)
    {
        var high = bytes[0] & 15;
        var low = Bcd(bytes[1]);
        var isNumber = high <= 9 && low >= 0;
        value = isNumber ? (long)unit * ((100 * high) + low) : default(Value);
        return isNumber;
    }

    private static int TimeBase(byte high) => (high >> 4 & 3) switch { 0 => 10, 1 => 100, 2 => 1000, _ => 10_000 };
}
