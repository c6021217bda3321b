using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Numbers to bytes of a CPU's memory: only ones that the type holds without loss.</summary>
internal static class S7NumberBytes
{
    /// <summary>Puts a single value into its bytes, which are exactly the type's; of a BOOL into bit 0.</summary>
    /// <returns>What the type holds instead, or null when all is well.</returns>
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
            case S7Type.LInt: return Whole(value, long.MinValue, long.MaxValue, bytes);
            case S7Type.ULInt or S7Type.LWord: return Whole(value, 0, ulong.MaxValue, bytes);
            case S7Type.Real: return Real(value, bytes);
            case S7Type.LReal: return LReal(value, bytes);
            case S7Type.S5Time: return S5Time(value, bytes);
            default:
                const string Digits = "whole numbers from 0 to 999";
                if (Lossless.Whole(value) is not { } count || count < 0 || count > 999) return Digits;
                WriteBcd(bytes, (int)count, timeBase: 0);
                return null;
        }
    }

    private static string? Whole(Value value, Int128 low, Int128 high, Span<byte> bytes, string? expected = null)
    {
        if (Lossless.Whole(value) is not { } number || number < low || number > high)
            return expected ?? $"whole numbers from {low} to {high}";
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, number);
        all[^bytes.Length..].CopyTo(bytes);
        return null;
    }

    private static string? Real(Value value, Span<byte> bytes)
    {
        if (Lossless.Single(value) is not { } single) return "numbers of about 7 digits up to 3.4e38";
        BinaryPrimitives.WriteSingleBigEndian(bytes, single);
        return null;
    }

    private static string? LReal(Value value, Span<byte> bytes)
    {
        if (Lossless.Double(value) is not { } number) return "numbers of about 15 digits";
        BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
        return null;
    }

    private static string? S5Time(Value value, Span<byte> bytes)
    {
        if (Lossless.Whole(value) is not { } time || time < 0 || time > 9_990_000) return "milliseconds from 0 to 9990000";
        var (unit, timeBase) = (10, 0);
        while (time > 999 * unit) (unit, timeBase) = (unit * 10, timeBase + 1);
        if (time % unit != 0) return $"three digits: multiples of {unit} ms for so long a time";
        WriteBcd(bytes, (int)time / unit, timeBase);
        return null;
    }

    private static void WriteBcd(Span<byte> bytes, int number, int timeBase)
    {
        bytes[0] = (byte)(timeBase << 4 | number / 100);
        bytes[1] = Bcd(number % 100);
    }

    /// <summary>Two digits as a byte.</summary>
    public static byte Bcd(int number) => (byte)(number / 10 << 4 | number % 10);
}
