using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Rows in COPY's binary format (PostgreSQL 15, Documentation, COPY, "Binary Format"): a header, each row as a count of fields and each
/// field as its length in bytes and its value in network order, then a trailer. Fields look as their types' receive functions want them.
/// Keeps its memory, so that a steady flow allocates nothing.
/// </summary>
internal sealed class CopyBuffer
{
    private static readonly long s_epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Signature, flags, length of the extension.
    private static ReadOnlySpan<byte> Header =>
        [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private byte[] _bytes = new byte[4096];

    /// <summary>Bytes until now; a place to go back to.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Begins anew, with a header without flags or extension.</summary>
    public void Begin()
    {
        Length = 0;
        Header.CopyTo(Take(Header.Length));
    }

    /// <summary>Takes back all that was written after <paramref name="length"/>.</summary>
    public void GoBack(int length) => Length = length;

    public void Row(int fields) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)fields);

    public void End() => BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    public void Bool(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Field(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(8), value);

    public void Float32(float value) => BinaryPrimitives.WriteSingleBigEndian(Field(4), value);

    public void Float64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Field(8), value);

    /// <summary>A timestamptz: microseconds since 2000-01-01 UTC; finer ones are cut off.</summary>
    public void Time(DateTime utc) => Int64((utc.Ticks - s_epoch) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Bytes as they are: UTF-8 for text and json.</summary>
    public void Bytes(ReadOnlySpan<byte> utf8) => utf8.CopyTo(Field(utf8.Length));

    /// <summary>A jsonb: version 1 of its binary form is the text.</summary>
    public void Jsonb(ReadOnlySpan<byte> utf8)
    {
        var field = Field(utf8.Length + 1);
        field[0] = 1;
        utf8.CopyTo(field[1..]);
    }

    /// <returns>What was written, as UTF-8.</returns>
    /// <exception cref="EncoderFallbackException">Half of a surrogate pair stands alone.</exception>
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
        var field = Take(length + 4);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[4..];
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length + count, _bytes.Length * 2));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
