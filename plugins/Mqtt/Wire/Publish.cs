using System.Buffers;
using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// A message (MQTT 5.0, section 3.3; 3.1.1, section 3.3):
/// <code>
/// header flags  bit 3 DUP, bits 2 and 1 QoS, bit 0 RETAIN
/// topic         2 bytes length, UTF-8
/// packet id     2 bytes   QoS 1 and 2 only
/// properties              MQTT 5.0 only
/// payload       the rest
/// </code>
/// </summary>
internal static class Publish
{
    private const byte DuplicateFlag = 0b1000;
    private const int NoProperties = 0;

    /// <summary>Bytes of the packet.</summary>
    public static long SizeOf(int topicBytes, int payloadBytes, int qos, ProtocolVersion version)
    {
        var remaining = RemainingLength(topicBytes, payloadBytes, qos, version);
        return remaining > VariableInteger.Most ? long.MaxValue : 1 + VariableInteger.SizeOf((int)remaining) + remaining;
    }

    /// <summary>Writes the packet with packet id 0, which is stamped when it is sent.</summary>
    public static void Write(
        IBufferWriter<byte> into, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, bool retain, ProtocolVersion version)
    {
        var remaining = (int)RemainingLength(topic.Length, payload.Length, qos, version);
        var bytes = into.GetSpan(FixedHeader.MostBytes + remaining);
        bytes[0] = (byte)(((int)PacketType.Publish << 4) | (qos << 1) | (retain ? 1 : 0));
        var at = 1 + VariableInteger.Write(bytes[1..], remaining);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], (ushort)topic.Length);
        topic.CopyTo(bytes[(at + 2)..]);
        at += 2 + topic.Length;
        if (qos > 0)
        {
            bytes.Slice(at, 2).Clear();
            at += 2;
        }

        if (version == ProtocolVersion.V5) bytes[at++] = NoProperties;
        payload.CopyTo(bytes[at..]);
        into.Advance(at + payload.Length);
    }

    /// <summary>Writes id and DUP into a packet of QoS 1 or 2.</summary>
    public static void Stamp(Span<byte> packet, ushort id, bool isDuplicate)
    {
        packet[0] = (byte)(isDuplicate ? packet[0] | DuplicateFlag : packet[0] & ~DuplicateFlag);
        VariableInteger.TryRead(packet[1..], out _, out var lengthBytes);
        var topic = packet[(1 + lengthBytes)..];
        BinaryPrimitives.WriteUInt16BigEndian(topic[(2 + BinaryPrimitives.ReadUInt16BigEndian(topic))..], id);
    }

    private static long RemainingLength(int topicBytes, int payloadBytes, int qos, ProtocolVersion version) =>
        2L + topicBytes + (qos > 0 ? 2 : 0) + (version == ProtocolVersion.V5 ? 1 : 0) + payloadBytes;
}
