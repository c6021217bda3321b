using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Encodes PUBLISH, a message (MQTT 5.0 and 3.1.1, section 3.3). Pure.
/// <code>
/// header flags  bit 3 DUP, bits 2 and 1 QoS, bit 0 RETAIN
/// topic         2 bytes length, UTF-8
/// packet id     2 bytes   QoS 1 and 2 only
/// properties              MQTT 5.0 only
/// payload       the rest
/// </code>
/// </summary>
internal static class PublishPacket
{
    private const byte DuplicateFlag = 0b1000;
    private const int NoProperties = 0;

    /// <summary>Returns the length of the packet in bytes, or long.MaxValue when it is too long for MQTT.</summary>
    public static long SizeOf(int topicBytes, int payloadBytes, int qos, ProtocolVersion version)
    {
        var remaining = RemainingLength(topicBytes, payloadBytes, qos, version);
        return remaining > VariableInteger.MaxValue ? long.MaxValue : 1 + VariableInteger.SizeOf((int)remaining) + remaining;
    }

    /// <summary>Writes the packet with packet id 0. <see cref="Stamp"/> sets the id when the packet is sent.</summary>
    public static void Write(
        IBufferWriter<byte> into, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, bool retain, ProtocolVersion version)
    {
        var remaining = (int)RemainingLength(topic.Length, payload.Length, qos, version);
        var bytes = into.GetSpan(FixedHeader.MaxBytes + remaining);
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

    /// <summary>Sets the packet id and the DUP flag of a packet of QoS 1 or 2.</summary>
    public static void Stamp(Span<byte> packet, ushort id, bool isDuplicate)
    {
        packet[0] = (byte)(isDuplicate ? packet[0] | DuplicateFlag : packet[0] & ~DuplicateFlag);
        VariableInteger.TryRead(packet[1..], out _, out var lengthBytes);
        var topic = packet[(1 + lengthBytes)..];
        BinaryPrimitives.WriteUInt16BigEndian(topic[(2 + BinaryPrimitives.ReadUInt16BigEndian(topic))..], id);
    }

    /// <summary>Returns the topic of an encoded packet.</summary>
    public static string TopicOf(ReadOnlySpan<byte> packet)
    {
        var body = FixedHeader.BodyOf(packet);
        return Encoding.UTF8.GetString(body.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(body)));
    }

    private static long RemainingLength(int topicBytes, int payloadBytes, int qos, ProtocolVersion version) =>
        2L + topicBytes + (qos > 0 ? 2 : 0) + (version == ProtocolVersion.V5 ? 1 : 0) + payloadBytes;
}

/// <summary>
/// A received PUBLISH (layout: <see cref="PublishPacket"/>). It points into the frame, copies nothing and is valid as long as the frame.
/// </summary>
internal readonly ref struct ReceivedMessage
{
    private const byte DuplicateFlag = 0b1000;

    /// <summary>Topic in UTF-8, without wildcards, never empty.</summary>
    public ReadOnlySpan<byte> Topic { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>Quality of service, 0 to 2.</summary>
    public int QoS { get; private init; }

    /// <summary>Packet id; 0 with QoS 0.</summary>
    public ushort Id { get; private init; }

    /// <summary>True when the broker may have sent the message before.</summary>
    public bool IsDuplicate { get; private init; }

    /// <exception cref="FrameException">The packet is malformed or uses a topic alias, which CONNECT did not allow.</exception>
    public static ReceivedMessage Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var start = ParseStart(packet, ref reader);
        if (version == ProtocolVersion.V5) ReadProperties(ref reader);
        // Without an alias the topic must not be empty (MQTT 5.0, section 3.3.2.1; 3.1.1, section 4.7.3).
        if (start.Topic.IsEmpty) throw reader.Malformed("a PUBLISH without a topic");
        return new ReceivedMessage
        {
            Topic = start.Topic, Payload = reader.ReadRest(), QoS = start.QoS, Id = start.Id, IsDuplicate = start.IsDuplicate,
        };
    }

    /// <summary>
    /// Parses the start of a PUBLISH that is cut, or longer than the limit: topic and packet id, without properties and payload.
    /// </summary>
    /// <exception cref="FrameException">The packet is malformed.</exception>
    public static ReceivedMessage ParseStart(ReadOnlySpan<byte> packet)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var start = ParseStart(packet, ref reader);
        return start.Topic.IsEmpty ? throw reader.Malformed("a PUBLISH without a topic") : start;
    }

    private static ReceivedMessage ParseStart(ReadOnlySpan<byte> packet, scoped ref PacketReader reader)
    {
        var qos = (packet[0] >> 1) & 3;
        var isDuplicate = (packet[0] & DuplicateFlag) != 0;
        if (qos == 3) throw reader.Malformed("a PUBLISH of QoS 3");
        if (qos == 0 && isDuplicate) throw reader.Malformed("a PUBLISH of QoS 0 with the DUP flag");
        var topic = reader.ReadUtf8();
        if (topic.ContainsAny((byte)'+', (byte)'#')) throw reader.Malformed("a PUBLISH to a topic with wildcards");
        var id = qos == 0 ? (ushort)0 : reader.ReadUInt16();
        if (qos > 0 && id == 0) throw reader.Malformed("a packet with packet id 0");
        return new ReceivedMessage { Topic = topic, QoS = qos, Id = id, IsDuplicate = isDuplicate };
    }

    private static void ReadProperties(ref PacketReader reader)
    {
        var properties = new PropertyReader(
            ref reader, PropertyId.PayloadFormatIndicator, PropertyId.MessageExpiryInterval, PropertyId.ContentType,
            PropertyId.ResponseTopic, PropertyId.CorrelationData, PropertyId.SubscriptionIdentifier, PropertyId.UserProperty,
            PropertyId.TopicAlias);
        while (properties.TryRead(out var id))
        {
            // CONNECT has no Topic Alias Maximum, which means 0 (section 3.1.2.11.5).
            if (id == PropertyId.TopicAlias) throw reader.Malformed("a PUBLISH with a topic alias, which CONNECT did not allow");
        }
    }
}
