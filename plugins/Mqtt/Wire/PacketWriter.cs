using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Writes the fields of one packet (MQTT 5.0, section 1.5). It allocates, so it is used for CONNECT and SUBSCRIBE, not for messages.
/// Performs no I/O; not thread-safe.
/// </summary>
internal sealed class PacketWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public int Length => _bytes.WrittenCount;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void WriteByte(int value) => _bytes.Write([(byte)value]);

    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), (ushort)value);
        _bytes.Advance(2);
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void WriteVariableInteger(int value) => _bytes.Advance(VariableInteger.Write(_bytes.GetSpan(VariableInteger.MaxBytes), value));

    public void WriteBytes(ReadOnlySpan<byte> value) => _bytes.Write(value);

    /// <summary>Writes a length of two bytes and the bytes.</summary>
    /// <exception cref="ArgumentException">The value is longer than 65,535 bytes.</exception>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue) throw new ArgumentException($"{value.Length} bytes do not fit into a field of 65535");
        WriteUInt16(value.Length);
        WriteBytes(value);
    }

    public void WriteUtf8(string value) => WriteBinary(Encoding.UTF8.GetBytes(value));

    /// <summary>Returns a packet with the written bytes as its body.</summary>
    public byte[] ToPacket(PacketType type, int flags = 0)
    {
        var packet = new PacketWriter();
        packet.WriteByte(((int)type << 4) | flags);
        packet.WriteVariableInteger(Length);
        packet.WriteBytes(Written);
        return packet.Written.ToArray();
    }
}
