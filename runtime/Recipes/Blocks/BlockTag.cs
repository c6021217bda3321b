using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>A tag inside a block of raw bytes.</summary>
/// <param name="name">Name in scans.</param>
/// <param name="at">Its first byte, counted from the block's first.</param>
/// <param name="type">Its type.</param>
/// <param name="bit">Which bit of the byte a <see cref="DataType.Bool"/> is, 0 to 7.</param>
/// <param name="unit">Engineering unit.</param>
public sealed class BlockTag(string name, int at, DataType type, int bit = 0, string unit = "")
{
    /// <summary>Name in scans.</summary>
    public string Name { get; } = name;

    /// <summary>Its first byte, counted from the block's first.</summary>
    public int At { get; } = at;

    /// <summary>Its type.</summary>
    public DataType Type { get; } = type;

    /// <summary>Which bit of the byte a <see cref="DataType.Bool"/> is, 0 to 7.</summary>
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

    /// <summary>Its value in an image of the block.</summary>
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

    /// <summary>Puts a value into an image of the block.</summary>
    /// <returns>False when the type cannot hold it; then nothing was put.</returns>
    internal bool TryPut(Value value, Span<byte> image)
    {
        var bytes = image.Slice(At, Bytes);
        switch (Type)
        {
            case DataType.Real when Lossless.Single(value) is { } single:
                BinaryPrimitives.WriteSingleBigEndian(bytes, single);
                return true;
            case DataType.LReal when Lossless.Double(value) is { } number:
                BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
                return true;
            case DataType.Real or DataType.LReal:
                return false;
            case DataType.Bool:
                if (Lossless.Whole(value) is not { } truth || truth < 0 || truth > 1) return false;
                bytes[0] = (byte)((bytes[0] & ~(1 << Bit)) | ((int)truth << Bit));
                return true;
            default:
                return Lossless.Whole(value) is { } whole && TryPutWhole(whole, bytes);
        }
    }

    private bool TryPutWhole(Int128 whole, Span<byte> bytes)
    {
        var isSigned = Type is DataType.SInt or DataType.Int or DataType.DInt or DataType.LInt;
        var beyond = Int128.One << ((8 * bytes.Length) - (isSigned ? 1 : 0));
        if (whole < (isSigned ? -beyond : 0) || whole >= beyond) return false;
        for (var i = bytes.Length - 1; i >= 0; i--, whole >>= 8) bytes[i] = (byte)(whole & 0xFF);
        return true;
    }
}
