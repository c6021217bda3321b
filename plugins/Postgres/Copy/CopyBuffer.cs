using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Encodes rows in COPY's binary format (PostgreSQL 15, Documentation, COPY, "Binary Format"): a header, each row as a count of fields and
/// each field as its length in bytes and its value in network order, then a trailer. The encoding of a field is that of the receive
/// function of its type. <see cref="BatchRows"/> owns two, one for each table; used within <c>PostgresSession.WriteAsync</c>, one call at a
/// time; performs no I/O. The memory is reused, so that a steady flow allocates nothing.
/// </summary>
internal sealed class CopyBuffer
{
    private static readonly long s_epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Signature, flags, length of the extension.
    private static ReadOnlySpan<byte> Header =>
    [
        (byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private byte[] _bytes = new byte[4096];

    /// <summary>Number of bytes written; a position for <see cref="Truncate"/>.</summary>
    public int Length { get; private set; }

    /// <summary>The encoded bytes, valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Discards the content and writes a header without flags or extension.</summary>
    public void Begin()
    {
        Length = 0;
        Header.CopyTo(Reserve(Header.Length));
    }

    /// <summary>Discards the bytes after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Begins a row; exactly this number of fields follows.</summary>
    public void Row(int fields) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), (short)fields);

    /// <summary>Writes the trailer, a count of -1.</summary>
    public void End() => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), -1);

    /// <summary>Writes a field NULL, a length of -1.</summary>
    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), -1);

    public void Bool(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Field(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(8), value);

    public void Float32(float value) => BinaryPrimitives.WriteSingleBigEndian(Field(4), value);

    public void Float64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Field(8), value);

    /// <summary>Writes a timestamptz: microseconds since 2000-01-01 UTC; ticks below are truncated.</summary>
    public void Time(DateTime utc) => Int64((utc.Ticks - s_epoch) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Writes bytes unchanged: UTF-8 for text and json.</summary>
    public void Bytes(ReadOnlySpan<byte> utf8) => utf8.CopyTo(Field(utf8.Length));

    /// <summary>Writes a jsonb: the version, 1, and the text.</summary>
    public void Jsonb(ReadOnlySpan<byte> utf8)
    {
        var field = Field(utf8.Length + 1);
        field[0] = 1;
        utf8.CopyTo(field[1..]);
    }

    /// <summary>Writes a text.</summary>
    /// <returns>The written UTF-8, valid until the next write.</returns>
    /// <exception cref="EncoderFallbackException">The text contains half of a surrogate pair.</exception>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<char> text)
    {
        var start = Length;
        var field = Field(text.Length * 3);
        var written = s_strictUtf8.GetBytes(text, field);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), written);
        Length = start + 4 + written;
        return _bytes.AsSpan(start + 4, written);
    }

    private Span<byte> Field(int length)
    {
        var field = Reserve(length + 4);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[4..];
    }

    private Span<byte> Reserve(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length + count, _bytes.Length * 2));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
