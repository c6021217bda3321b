using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>A PUBLISH that came in (laid out as <see cref="Publish"/> says); valid as long as the frame that it is in.</summary>
internal readonly ref struct ReceivedMessage
{
    private const byte DuplicateFlag = 0b1000;

    /// <summary>The topic in UTF-8, without wildcards, never empty.</summary>
    public ReadOnlySpan<byte> Topic { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>Quality of service, 0 to 2.</summary>
    public int QoS { get; private init; }

    /// <summary>Packet id; 0 with QoS 0.</summary>
    public ushort Id { get; private init; }

    /// <summary>True when the broker may have sent it before.</summary>
    public bool IsDuplicate { get; private init; }

    /// <exception cref="FrameException">It is malformed, or speaks of things that we did not allow: a topic alias.</exception>
    public static ReceivedMessage Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var qos = (packet[0] >> 1) & 3;
        var isDuplicate = (packet[0] & DuplicateFlag) != 0;
        if (qos == 3) throw reader.Bad("a PUBLISH of QoS 3");
        if (qos == 0 && isDuplicate) throw reader.Bad("a PUBLISH of QoS 0 that is marked as sent again");
        var topic = reader.Text();
        if (topic.ContainsAny((byte)'+', (byte)'#')) throw reader.Bad("a PUBLISH to a topic with wildcards");
        var id = qos == 0 ? (ushort)0 : reader.UInt16();
        if (qos > 0 && id == 0) throw reader.Bad("a packet with packet id 0");
        if (version == ProtocolVersion.V5) ReadProperties(ref reader);
        // With no alias to stand for it, a topic is needed (MQTT 5.0, section 3.3.2.1; 3.1.1, section 4.7.3).
        if (topic.IsEmpty) throw reader.Bad("a PUBLISH without a topic");
        return new ReceivedMessage { Topic = topic, Payload = reader.Rest(), QoS = qos, Id = id, IsDuplicate = isDuplicate };
    }

    private static void ReadProperties(ref PacketReader reader)
    {
        var properties = new PropertyReader(
            ref reader, PropertyId.PayloadFormatIndicator, PropertyId.MessageExpiryInterval, PropertyId.ContentType,
            PropertyId.ResponseTopic, PropertyId.CorrelationData, PropertyId.SubscriptionIdentifier, PropertyId.UserProperty,
            PropertyId.TopicAlias);
        while (properties.Next(out var id))
        {
            // We announce a Topic Alias Maximum of 0 by leaving it out (section 3.1.2.11.5).
            if (id == PropertyId.TopicAlias) throw reader.Bad("a PUBLISH with a topic alias, which we do not take");
        }
    }
}
