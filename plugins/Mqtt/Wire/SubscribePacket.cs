namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Encodes SUBSCRIBE, the request for topic filters (MQTT 5.0 and 3.1.1, section 3.8). Pure.
/// <code>
/// packet id   2 bytes
/// properties  MQTT 5.0 only: none, one byte
/// for each filter:
///   topic filter  text
///   options       1 byte: bits 1 and 0 QoS; MQTT 5.0 only: bits 5 and 4 retain handling,
///                 1 = send retained messages only for new subscriptions
/// </code>
/// </summary>
internal static class SubscribePacket
{
    // Bits 3 to 0 of the header (section 3.8.1).
    private const int HeaderFlags = 0b0010;
    private const int NoProperties = 0;
    private const int RetainedOfNewOnly = 1 << 4;

    /// <summary>Encodes the packet for one or more filters.</summary>
    public static byte[] ToPacket(ushort id, IEnumerable<string> filters, int qos, ProtocolVersion version)
    {
        var body = new PacketWriter();
        body.WriteUInt16(id);
        if (version == ProtocolVersion.V5) body.WriteVariableInteger(NoProperties);
        foreach (var filter in filters)
        {
            body.WriteUtf8(filter);
            body.WriteByte(qos | (version == ProtocolVersion.V5 ? RetainedOfNewOnly : 0));
        }

        return body.ToPacket(PacketType.Subscribe, HeaderFlags);
    }
}
