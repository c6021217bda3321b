using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// Reads OPC UA Binary (OPC 10000-6, 5.2). Every length is checked against the bytes that are left before it is used. Reading numbers
/// allocates nothing.
/// </summary>
internal ref partial struct UaReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private int _depth;

    public readonly int Position => _position;

    public readonly int Remaining => _bytes.Length - _position;

    public readonly bool AtEnd => _position == _bytes.Length;

    public bool Boolean() => Take(1)[0] != 0;

    public byte Byte() => Take(1)[0];

    public sbyte SByte() => (sbyte)Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16LittleEndian(Take(2));

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public StatusCode StatusCode() => new(UInt32());

    /// <summary>Ticks of 100 ns since 1601; both ends of the range are clamped (5.2.2.5).</summary>
    public DateTime DateTime() => UaTime.FromWire(Int64());

    /// <summary>UTF-8 with a length in bytes; -1 is null (5.2.2.4). Invalid UTF-8 becomes U+FFFD.</summary>
    public string? String()
    {
        var length = Int32();
        return length switch
        {
            < 0 => null,
            0 => "",
            _ => Encoding.UTF8.GetString(Take(length)),
        };
    }

    /// <summary>The bytes of a ByteString, valid as long as the message; empty for null (5.2.2.7).</summary>
    public ReadOnlySpan<byte> Bytes() => Int32() is var length and > 0 ? Take(length) : default;

    /// <summary>A copy of a ByteString, or null.</summary>
    public byte[]? ByteString() => Int32() is var length and >= 0 ? Take(length).ToArray() : null;

    public void SkipString() => _ = Bytes();

    /// <summary>
    /// The length of an array, -1 and below as 0 (5.2.5). <paramref name="least"/> is the size of the smallest element, so that no length
    /// can
    /// promise more elements than there are bytes.
    /// </summary>
    public int ArrayLength(int least, int limit = CodecLimits.StructureArrayLength)
    {
        var length = Int32();
        if (length <= 0) return 0;
        if (length > Remaining / least) throw Wrong($"an array of {length} elements in {Remaining} bytes");
        return length <= limit ? length : throw Wrong($"an array of {length} elements, more than the {limit} supported");
    }

    /// <summary>The next bytes, as they are.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining) throw Wrong($"{count} bytes expected, but {Remaining} are left");
        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }

    public void Skip(int count) => _ = Take(count);

    /// <summary>An error at this position.</summary>
    public readonly DecodingException Wrong(string what) => new($"byte {_position}: {what}");

    private void Enter()
    {
        if (++_depth > CodecLimits.Depth) throw Wrong($"values nested deeper than {CodecLimits.Depth}");
    }

    private void Leave() => _depth--;
}
