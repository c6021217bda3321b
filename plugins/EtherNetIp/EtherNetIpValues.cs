using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>Converts the little-endian bytes of a controller to numbers and back. Pure.</summary>
internal static class EtherNetIpValues
{
    /// <summary>Converts the first bytes to a number or a BOOL; false for a type that is neither, or too few bytes.</summary>
    public static bool TryRead(EtherNetIpType type, ReadOnlySpan<byte> bytes, out Value value)
    {
        value = default;
        var size = type.Bytes();
        if (size == 0 || bytes.Length < size) return false;
        value = type switch
        {
            EtherNetIpType.Bool => Value.Of(bytes[0] != 0),
            EtherNetIpType.Sint => Value.Of((long)(sbyte)bytes[0]),
            EtherNetIpType.Usint or EtherNetIpType.Byte => Value.Of((long)bytes[0]),
            EtherNetIpType.Int => Value.Of((long)BinaryPrimitives.ReadInt16LittleEndian(bytes)),
            EtherNetIpType.Uint or EtherNetIpType.Word => Value.Of((long)BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
            EtherNetIpType.Dint or EtherNetIpType.Time => Value.Of((long)BinaryPrimitives.ReadInt32LittleEndian(bytes)),
            EtherNetIpType.Udint or EtherNetIpType.Dword => Value.Of((long)BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            EtherNetIpType.Lint => Value.Of(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
            EtherNetIpType.Real => Value.Of(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            EtherNetIpType.Lreal => Value.Of(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            _ => Value.Of(BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        };
        return true;
    }

    /// <summary>A bit, counted from the lowest bit of the first byte; false when the bytes do not reach so far.</summary>
    public static bool TryReadBit(ReadOnlySpan<byte> bytes, int bit, out Value value)
    {
        value = default;
        if (bit < 0 || bit / 8 >= bytes.Length) return false;
        value = Value.Of((bytes[bit / 8] >> (bit & 7) & 1) != 0);
        return true;
    }

    /// <summary>Puts a value into exactly the bytes of its type.</summary>
    /// <returns>What the type holds instead, or null when the value fits without loss.</returns>
    public static string? Write(EtherNetIpType type, Value value, Span<byte> bytes)
    {
        switch (type)
        {
            case EtherNetIpType.Bool: return Whole(value, 0, 1, bytes, "TRUE or FALSE");
            case EtherNetIpType.Sint: return Whole(value, sbyte.MinValue, sbyte.MaxValue, bytes);
            case EtherNetIpType.Usint or EtherNetIpType.Byte: return Whole(value, 0, byte.MaxValue, bytes);
            case EtherNetIpType.Int: return Whole(value, short.MinValue, short.MaxValue, bytes);
            case EtherNetIpType.Uint or EtherNetIpType.Word: return Whole(value, 0, ushort.MaxValue, bytes);
            case EtherNetIpType.Dint or EtherNetIpType.Time: return Whole(value, int.MinValue, int.MaxValue, bytes);
            case EtherNetIpType.Udint or EtherNetIpType.Dword: return Whole(value, 0, uint.MaxValue, bytes);
            case EtherNetIpType.Lint: return Whole(value, long.MinValue, long.MaxValue, bytes);
            case EtherNetIpType.Ulint or EtherNetIpType.Lword: return Whole(value, 0, ulong.MaxValue, bytes);
            case EtherNetIpType.Real:
                if (LosslessConversion.Single(value) is not { } single) return "numbers of about 7 digits up to 3.4e38";
                BinaryPrimitives.WriteSingleLittleEndian(bytes, single);
                return null;
            case EtherNetIpType.Lreal:
                if (LosslessConversion.Double(value) is not { } number) return "numbers of about 15 digits";
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
                return null;
            default: return "nothing that this driver can write";
        }
    }

    /// <summary>True if values of the type are whole numbers.</summary>
    public static bool IsWhole(EtherNetIpType type) => type is EtherNetIpType.Sint or EtherNetIpType.Usint or EtherNetIpType.Byte
        or EtherNetIpType.Int or EtherNetIpType.Uint or EtherNetIpType.Word or EtherNetIpType.Dint or EtherNetIpType.Udint
        or EtherNetIpType.Dword or EtherNetIpType.Lint or EtherNetIpType.Ulint or EtherNetIpType.Lword or EtherNetIpType.Time;

    private static string? Whole(Value value, Int128 low, Int128 high, Span<byte> bytes, string? expected = null)
    {
        if (LosslessConversion.Whole(value) is not { } number || number < low || number > high)
            return expected ?? $"whole numbers from {low} to {high}";
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128LittleEndian(all, number);
        all[..bytes.Length].CopyTo(bytes);
        return null;
    }
}
