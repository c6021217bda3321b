using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Converts bytes of a CPU's memory, the most significant first, to numbers and back. Only numbers that the type holds without loss are
/// converted to bytes. Pure.
/// </summary>
internal static class S7Values
{
    /// <summary>Reads a value that is not text; <paramref name="bytes"/> has exactly the bytes of the value.</summary>
    /// <returns>False when the bytes are no value of the type: digits of a BCD number above 9.</returns>
    // Inlined into its only caller because returning the union costs more than creating it.
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
            case S7Type.LInt or S7Type.LTime: value = BinaryPrimitives.ReadInt64BigEndian(bytes); return true;
            case S7Type.ULInt or S7Type.LWord: value = BinaryPrimitives.ReadUInt64BigEndian(bytes); return true;
            case S7Type.LReal: value = BinaryPrimitives.ReadDoubleBigEndian(bytes); return true;
            case S7Type.Timer200: value = (long)BinaryPrimitives.ReadInt16BigEndian(bytes[3..]); return true;
            case S7Type.Counter200: value = (long)BinaryPrimitives.ReadInt16BigEndian(bytes[1..]); return true;
            case S7Type.S5Time: return TryBcd(bytes, TimeBase(bytes[0]), out value);
            default: return TryBcd(bytes, 1, out value);
        }
    }

    /// <summary>Returns the number of a byte with two BCD digits, or -1 if a digit is above 9.</summary>
    public static int Bcd(byte digits) => (digits & 15) > 9 || digits >> 4 > 9 ? -1 : (10 * (digits >> 4)) + (digits & 15);

    // S5TIME: bits 12 and 13 are the time base, 10 ms to 10 s; below them are three BCD digits. A counter has only the digits.
    private static bool TryBcd(ReadOnlySpan<byte> bytes, int unit, out Value value)
    {
        var high = bytes[0] & 15;
        var low = Bcd(bytes[1]);
        var isNumber = high <= 9 && low >= 0;
        value = isNumber ? (long)unit * ((100 * high) + low) : default(Value);
        return isNumber;
    }

    private static int TimeBase(byte high) => (high >> 4 & 3) switch { 0 => 10, 1 => 100, 2 => 1000, _ => 10_000 };

    /// <summary>Writes a single value into bytes, whose number is that of the type; a BOOL into bit 0.</summary>
    /// <returns>Null if the value was written; else a description of the values that the type can hold, for an error text.</returns>
    public static string? Write(S7Type type, Value value, Span<byte> bytes)
    {
        switch (type)
        {
            case S7Type.Bool: return Whole(value, 0, 1, bytes, "TRUE or FALSE");
            case S7Type.SInt: return Whole(value, sbyte.MinValue, sbyte.MaxValue, bytes);
            case S7Type.Byte or S7Type.USInt: return Whole(value, 0, byte.MaxValue, bytes);
            case S7Type.Int: return Whole(value, short.MinValue, short.MaxValue, bytes);
            case S7Type.Word or S7Type.UInt: return Whole(value, 0, ushort.MaxValue, bytes);
            case S7Type.DInt or S7Type.Time: return Whole(value, int.MinValue, int.MaxValue, bytes);
            case S7Type.DWord or S7Type.UDInt: return Whole(value, 0, uint.MaxValue, bytes);
            case S7Type.LInt or S7Type.LTime: return Whole(value, long.MinValue, long.MaxValue, bytes);
            case S7Type.ULInt or S7Type.LWord: return Whole(value, 0, ulong.MaxValue, bytes);
            case S7Type.Real: return Real(value, bytes);
            case S7Type.LReal: return LReal(value, bytes);
            case S7Type.S5Time: return S5Time(value, bytes);
            default:
                const string Digits = "whole numbers from 0 to 999";
                if (LosslessConversion.Whole(value) is not { } count || count < 0 || count > 999) return Digits;
                WriteBcd(bytes, (int)count, timeBase: 0);
                return null;
        }
    }

    private static string? Whole(Value value, Int128 low, Int128 high, Span<byte> bytes, string? expected = null)
    {
        if (LosslessConversion.Whole(value) is not { } number || number < low || number > high)
            return expected ?? $"whole numbers from {low} to {high}";
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, number);
        all[^bytes.Length..].CopyTo(bytes);
        return null;
    }

    private static string? Real(Value value, Span<byte> bytes)
    {
        if (LosslessConversion.Single(value) is not { } single) return "numbers of about 7 digits up to 3.4e38";
        BinaryPrimitives.WriteSingleBigEndian(bytes, single);
        return null;
    }

    private static string? LReal(Value value, Span<byte> bytes)
    {
        if (LosslessConversion.Double(value) is not { } number) return "numbers of about 15 digits";
        BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
        return null;
    }

    private static string? S5Time(Value value, Span<byte> bytes)
    {
        if (LosslessConversion.Whole(value) is not { } time || time < 0 || time > 9_990_000) return "milliseconds from 0 to 9990000";
        var (unit, timeBase) = (10, 0);
        while (time > 999 * unit) (unit, timeBase) = (unit * 10, timeBase + 1);
        if (time % unit != 0) return $"three digits: multiples of {unit} ms for so long a time";
        WriteBcd(bytes, (int)time / unit, timeBase);
        return null;
    }

    private static void WriteBcd(Span<byte> bytes, int number, int timeBase)
    {
        bytes[0] = (byte)(timeBase << 4 | number / 100);
        bytes[1] = ToBcd(number % 100);
    }

    /// <summary>Returns a number from 0 to 99 as a byte with two BCD digits.</summary>
    public static byte ToBcd(int number) => (byte)(number / 10 << 4 | number % 10);
}
