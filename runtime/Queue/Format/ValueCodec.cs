using PlantRuntime.Contracts;

namespace PlantRuntime.Queue.Format;

/// <summary>
/// Encodes and decodes one value: a byte with its <see cref="ValueKind"/>, then its content. The numbers of the kinds are part of
/// the file format. Pure.
/// </summary>
internal static class ValueCodec
{
    /// <summary>Appends a value; arrays may be nested.</summary>
    public static void Write(ByteWriter bytes, Value value)
    {
        bytes.Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case ValueKind.Bool: bytes.Byte(value.Bool ? (byte)1 : (byte)0); break;
            case ValueKind.Int: bytes.Signed(value.Int); break;
            case ValueKind.UInt: bytes.Unsigned(value.UInt); break;
            case ValueKind.Float32: bytes.UInt32(BitConverter.SingleToUInt32Bits((float)value.Number)); break;
            case ValueKind.Float64: bytes.Int64(BitConverter.DoubleToInt64Bits(value.Number)); break;
            case ValueKind.Text: bytes.Text(value.Text); break;
            case ValueKind.Array:
                bytes.Unsigned((ulong)value.Items.Length);
                foreach (var item in value.Items) Write(bytes, item);
                break;
        }
    }

    /// <summary>Reads a value. Rejects arrays nested more than 8 deep, so that damaged bytes cannot overflow the stack.</summary>
    /// <exception cref="DamagedException">The bytes are not a value.</exception>
    public static Value Read(ref ByteReader bytes, int depth = 0)
    {
        var kind = (ValueKind)bytes.Byte();
        switch (kind)
        {
            case ValueKind.Null: return Value.Null;
            case ValueKind.Bool: return Value.Of(bytes.Byte() != 0);
            case ValueKind.Int: return Value.Of(bytes.Signed());
            case ValueKind.UInt: return Value.Of(bytes.Unsigned());
            case ValueKind.Float32: return Value.Of(BitConverter.UInt32BitsToSingle(bytes.UInt32()));
            case ValueKind.Float64: return Value.Of(BitConverter.Int64BitsToDouble(bytes.Int64()));
            case ValueKind.Text: return Value.Of(bytes.Text());
            case ValueKind.Array when depth < 8:
                var items = new Value[bytes.Count()];
                for (var i = 0; i < items.Length; i++) items[i] = Read(ref bytes, depth + 1);
                return Value.Of(items);
            default: throw new DamagedException($"no value is of kind {(byte)kind}");
        }
    }
}
