using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Reads the fields of one packet in turn (MQTT 5.0, section 1.5); every length is checked before it is used.</summary>
/// <param name="packet">The whole packet, for errors.</param>
/// <param name="body">The part of it to read.</param>
internal ref struct PacketReader(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _packet = packet;
    private ReadOnlySpan<byte> _rest = body;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public int Variable()
    {
        if (VariableInteger.TryRead(_rest, out var value, out var bytes) != OperationStatus.Done)
            throw Bad("a packet with a broken variable byte integer");
        _rest = _rest[bytes..];
        return value;
    }

    /// <summary>A length of two bytes and as many bytes.</summary>
    public ReadOnlySpan<byte> Binary() => Take(UInt16());

    /// <summary>UTF-8 without U+0000 (MQTT 5.0, section 1.5.4).</summary>
    public ReadOnlySpan<byte> Text()
    {
        var utf8 = Binary();
        if (!Utf8.IsValid(utf8) || utf8.Contains((byte)0)) throw Bad("a packet with a text that is no UTF-8, or holds U+0000");
        return utf8;
    }

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    /// <summary>The next bytes as a reader of their own.</summary>
    public PacketReader Part(int length) => new(_packet, Take(length));

    public readonly void End()
    {
        if (!AtEnd) throw Bad("a packet with bytes behind its last field");
    }

    public readonly FrameException Bad(string message) => new(message, _packet);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw Bad("a packet that ends in the middle of a field");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
