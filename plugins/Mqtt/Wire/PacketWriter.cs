using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Writes the fields of a packet (MQTT 5.0, section 1.5): of those made once a connection, not of messages.</summary>
internal sealed class PacketWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public int Length => _bytes.WrittenCount;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Byte(int value) => _bytes.Write([(byte)value]);

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), (ushort)value);
        _bytes.Advance(2);
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void Variable(int value) => _bytes.Advance(VariableInteger.Write(_bytes.GetSpan(VariableInteger.MostBytes), value));

    public void Bytes(ReadOnlySpan<byte> value) => _bytes.Write(value);

    /// <exception cref="ArgumentException">It is longer than 65,535 bytes.</exception>
    public void Binary(ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue) throw new ArgumentException($"{value.Length} bytes do not fit into a field of 65535");
        UInt16(value.Length);
        Bytes(value);
    }

    public void Text(string value) => Binary(Encoding.UTF8.GetBytes(value));

    /// <summary>The bytes written so far as the body of a packet.</summary>
    public byte[] ToPacket(PacketType type, int flags = 0)
    {
        var packet = new PacketWriter();
        packet.Byte(((int)type << 4) | flags);
        packet.Variable(Length);
        packet.Bytes(Written);
        return packet.Written.ToArray();
    }
}
