using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Storage;

/// <summary>Reports that stored bytes are not the bytes that were written. Immutable.</summary>
/// <param name="message">The difference, for the log.</param>
public sealed class DamagedException(string message) : Exception(message);

/// <summary>
/// Reads bytes that <see cref="ByteWriter"/> wrote. Checks every length, because the bytes come from a disk: each method throws
/// <see cref="DamagedException"/> if the bytes end too early or are impossible. Does no I/O. A copy of the struct reads on by itself: pass
/// it by <c>ref</c>.
/// </summary>
/// <param name="bytes">The bytes, which the caller owns.</param>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Number of bytes that are not read yet.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Reads one byte.</summary>
    public byte Byte() => Bytes(1)[0];

    /// <summary>Reads 4 bytes, little-endian.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>Reads 8 bytes, little-endian.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>Reads a LEB128 number.</summary>
    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw new DamagedException("a number that does not end");
    }

    /// <summary>Reads a zigzag-encoded LEB128 number.</summary>
    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads a LEB128 number that fits an <see cref="int"/>.</summary>
    public int Small() =>
        Unsigned() is var value and <= int.MaxValue ? (int)value : throw new DamagedException("a number that is too large");

    /// <summary>Reads a count of items of at least one byte each: it cannot exceed the number of bytes that are left.</summary>
    public int Count()
    {
        var count = Unsigned();
        return count <= (ulong)_rest.Length ? (int)count : throw new DamagedException("a count beyond the end");
    }

    /// <summary>Reads this many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)_rest.Length) throw new DamagedException("it ends too early");
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary>Reads UTF-8 text with its length.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes(Count()));
}
