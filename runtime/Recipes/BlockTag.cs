using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>A tag inside a block of raw bytes. Immutable.</summary>
/// <param name="name">Name in scans.</param>
/// <param name="at">First byte, from 0, counted from the start of the block.</param>
/// <param name="type">Type of the value.</param>
/// <param name="bit">Bit of the byte for a <see cref="DataType.Bool"/>, 0 to 7; 0 for other types.</param>
/// <param name="unit">Engineering unit.</param>
public sealed class BlockTag(string name, int at, DataType type, int bit = 0, string unit = "")
{
    /// <summary>Name in scans.</summary>
    public string Name { get; } = name;

    /// <summary>First byte, from 0, counted from the start of the block.</summary>
    public int At { get; } = at;

    /// <summary>Type of the value.</summary>
    public DataType Type { get; } = type;

    /// <summary>Bit of the byte for a <see cref="DataType.Bool"/>, 0 to 7; 0 for other types.</summary>
    public int Bit { get; } = bit;

    /// <summary>Engineering unit.</summary>
    public string Unit { get; } = unit;

    internal int Bytes => Type switch
    {
        DataType.Bool or DataType.SInt or DataType.USInt => 1,
        DataType.Int or DataType.UInt => 2,
        DataType.DInt or DataType.UDInt or DataType.Real => 4,
        _ => 8,
    };

    /// <summary>Reads the value from an image of the block.</summary>
    internal Value ValueIn(ReadOnlySpan<byte> image)
    {
        var bytes = image.Slice(At, Bytes);
        return Type switch
        {
            DataType.Bool => ((bytes[0] >> Bit) & 1) == 1,
            DataType.SInt => (int)(sbyte)bytes[0],
            DataType.USInt => (int)bytes[0],
            DataType.Int => (int)BinaryPrimitives.ReadInt16BigEndian(bytes),
            DataType.UInt => (int)BinaryPrimitives.ReadUInt16BigEndian(bytes),
            DataType.DInt => BinaryPrimitives.ReadInt32BigEndian(bytes),
            DataType.UDInt => (long)BinaryPrimitives.ReadUInt32BigEndian(bytes),
            DataType.LInt => BinaryPrimitives.ReadInt64BigEndian(bytes),
            DataType.ULInt => BinaryPrimitives.ReadUInt64BigEndian(bytes),
            DataType.Real => BinaryPrimitives.ReadSingleBigEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
        };
    }

    /// <summary>Writes a value into an image of the block.</summary>
    /// <returns>False if the type cannot hold the value; the image is then unchanged.</returns>
    internal bool TryPut(Value value, Span<byte> image)
    {
        var bytes = image.Slice(At, Bytes);
        switch (Type)
        {
            case DataType.Real when LosslessConversion.Single(value) is { } single:
                BinaryPrimitives.WriteSingleBigEndian(bytes, single);
                return true;
            case DataType.LReal when LosslessConversion.Double(value) is { } number:
                BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
                return true;
            case DataType.Real or DataType.LReal:
                return false;
            case DataType.Bool:
                if (LosslessConversion.Whole(value) is not { } truth || truth < 0 || truth > 1) return false;
                bytes[0] = (byte)((bytes[0] & ~(1 << Bit)) | ((int)truth << Bit));
                return true;
            default:
                return LosslessConversion.Whole(value) is { } whole && TryPutWhole(whole, bytes);
        }
    }

    private bool TryPutWhole(Int128 whole, Span<byte> bytes)
    {
        var isSigned = Type is DataType.SInt or DataType.Int or DataType.DInt or DataType.LInt;
        var limit = Int128.One << ((8 * bytes.Length) - (isSigned ? 1 : 0));
        if (whole < (isSigned ? -limit : 0) || whole >= limit) return false;
        for (var i = bytes.Length - 1; i >= 0; i--, whole >>= 8) bytes[i] = (byte)(whole & 0xFF);
        return true;
    }
}

/// <summary>Elementary types of IEC 61131-3, stored with the most significant byte first.</summary>
public enum DataType
{
    /// <summary>One bit.</summary>
    Bool,

    /// <summary>Signed, 1 byte.</summary>
    SInt,

    /// <summary>Unsigned, 1 byte; also BYTE.</summary>
    USInt,

    /// <summary>Signed, 2 bytes.</summary>
    Int,

    /// <summary>Unsigned, 2 bytes; also WORD.</summary>
    UInt,

    /// <summary>Signed, 4 bytes.</summary>
    DInt,

    /// <summary>Unsigned, 4 bytes; also DWORD.</summary>
    UDInt,

    /// <summary>Signed, 8 bytes.</summary>
    LInt,

    /// <summary>Unsigned, 8 bytes; also LWORD.</summary>
    ULInt,

    /// <summary>IEEE 754 single, 4 bytes.</summary>
    Real,

    /// <summary>IEEE 754 double, 8 bytes.</summary>
    LReal,
}
