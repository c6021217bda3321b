namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Asks for topics (MQTT 5.0, section 3.8; 3.1.1, section 3.8):
/// <code>
/// packet id   2 bytes
/// properties  MQTT 5.0 only: none, one byte
/// then for each: topic filter, text; options, 1 byte: bits 1 and 0 QoS; MQTT 5.0 only: bits 5 and 4 retain handling, 1 for
/// retained messages of new subscriptions alone
/// </code>
/// </summary>
internal static class Subscribe
{
    // Bits 3 to 0 of the header (section 3.8.1).
    private const int HeaderFlags = 0b0010;
    private const int NoProperties = 0;
    private const int RetainedOfNewOnly = 1 << 4;

    public static byte[] ToPacket(ushort id, IEnumerable<string> filters, int qos, ProtocolVersion version)
    {
        var body = new PacketWriter();
        body.UInt16(id);
        if (version == ProtocolVersion.V5) body.Variable(NoProperties);
        foreach (var filter in filters)
        {
            body.Text(filter);
            body.Byte(qos | (version == ProtocolVersion.V5 ? RetainedOfNewOnly : 0));
        }

        return body.ToPacket(PacketType.Subscribe, HeaderFlags);
    }
}
