using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Storage;

/// <summary>
/// Encodes numbers and texts into a growing buffer: fixed-size numbers little-endian, others as LEB128 (signed ones in zigzag), texts as
/// UTF-8 with their length. Owned and reused by one encoder, one call at a time; not thread-safe. Does no I/O.
/// </summary>
public sealed class ByteWriter
{
    private byte[] _bytes = new byte[4096];

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written, valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The bytes written, which the caller may change in place; valid until the next write.</summary>
    public Span<byte> Writable => _bytes.AsSpan(0, Length);

    /// <summary>Forgets all bytes and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Writes one byte.</summary>
    public void Byte(byte value) => Advance(1)[0] = value;

    /// <summary>Writes 4 bytes.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Advance(4), value);

    /// <summary>Writes 8 bytes.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Advance(8), value);

    /// <summary>Writes 1 to 10 bytes.</summary>
    public void Unsigned(ulong value)
    {
        var room = Reserve(10);
        var at = 0;
        for (; value >= 0x80; value >>= 7) room[at++] = (byte)(value | 0x80);
        room[at++] = (byte)value;
        Length += at;
    }

    /// <summary>Writes 1 to 10 bytes; numbers near 0 are short.</summary>
    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes bytes without their number.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Advance(bytes.Length));

    /// <summary>Writes the number of UTF-8 bytes, then the bytes.</summary>
    public void Text(string text)
    {
        Unsigned((ulong)Encoding.UTF8.GetByteCount(text));
        Length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
    }

    private Span<byte> Advance(int count)
    {
        var room = Reserve(count)[..count];
        Length += count;
        return room;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }
}
