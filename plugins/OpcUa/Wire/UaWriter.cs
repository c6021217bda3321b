using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// Writes OPC UA Binary (OPC 10000-6, 5.2) into an array that grows and is used again. Owned by one connection, used under its send lock.
/// </summary>
internal sealed partial class UaWriter
{
    private byte[] _bytes = new byte[4096];
    private int _depth;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Clear() => (Length, _depth) = (0, 0);

    public void Boolean(bool value) => Room(1)[0] = value ? (byte)1 : (byte)0;

    public void Byte(byte value) => Room(1)[0] = value;

    public void SByte(sbyte value) => Room(1)[0] = (byte)value;

    public void Int16(short value) => BinaryPrimitives.WriteInt16LittleEndian(Room(2), value);

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);

    public void Float(float value) => BinaryPrimitives.WriteSingleLittleEndian(Room(4), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Room(16));

    public void StatusCode(StatusCode value) => UInt32(value.Code);

    public void DateTime(DateTime value) => Int64(UaTime.ToWire(value));

    public void String(string? value)
    {
        if (value is null)
        {
            Int32(-1);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Room(length));
    }

    /// <summary>A ByteString; null is length -1.</summary>
    public void Bytes(byte[]? value)
    {
        if (value is null) Int32(-1);
        else Bytes(value.AsSpan());
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        Raw(value);
    }

    /// <summary>Bytes as they are, without a length.</summary>
    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    /// <summary>Reserves a 32-bit field that <see cref="PatchUInt32"/> fills later.</summary>
    public int Reserve()
    {
        UInt32(0);
        return Length - 4;
    }

    public void PatchUInt32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), value);

    /// <summary>The next bytes to fill; they count as written.</summary>
    public Span<byte> Room(int count)
    {
        if (Length + count > _bytes.Length) System.Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    private void Enter()
    {
        if (++_depth > CodecLimits.Depth) throw new EncodingException($"values nested deeper than {CodecLimits.Depth}");
    }
}
