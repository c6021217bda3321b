using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Reads the fields of one packet in order (MQTT 5.0, section 1.5). Every length is checked before it is used: a packet that is too short
/// throws a FrameException. It copies nothing.
/// </summary>
/// <param name="packet">The whole packet, for error messages.</param>
/// <param name="body">The part of the packet to read.</param>
internal ref struct PacketReader(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _packet = packet;
    private ReadOnlySpan<byte> _rest = body;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte ReadByte() => ReadBytes(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    public int ReadVariableInteger()
    {
        if (VariableInteger.TryRead(_rest, out var value, out var bytes) != OperationStatus.Done)
            throw Malformed("a packet with an invalid variable byte integer");
        _rest = _rest[bytes..];
        return value;
    }

    /// <summary>Reads a length of two bytes and that many bytes.</summary>
    public ReadOnlySpan<byte> ReadBinary() => ReadBytes(ReadUInt16());

    /// <summary>Reads a UTF-8 string; U+0000 is not allowed (MQTT 5.0, section 1.5.4).</summary>
    public ReadOnlySpan<byte> ReadUtf8()
    {
        var utf8 = ReadBinary();
        if (!Utf8.IsValid(utf8) || utf8.Contains((byte)0)) throw Malformed("a packet with a string that is not UTF-8 or contains U+0000");
        return utf8;
    }

    /// <summary>Reads all remaining bytes.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(_rest.Length);

    /// <summary>Returns a reader for the next <paramref name="length"/> bytes.</summary>
    public PacketReader ReadPart(int length) => new(_packet, ReadBytes(length));

    public readonly void ExpectEnd()
    {
        if (!AtEnd) throw Malformed("a packet with bytes after its last field");
    }

    public readonly FrameException Malformed(string message) => new(message, _packet);

    private ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _rest.Length) throw Malformed("a packet that ends in the middle of a field");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
