using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// SUBACK, the answer to SUBSCRIBE (MQTT 5.0 and 3.1.1, section 3.9). Immutable.
/// <code>
/// packet id     2 bytes
/// properties    MQTT 5.0 only
/// reason codes  1 byte for each filter: the granted QoS, or a failure from 0x80 on
/// </code>
/// </summary>
/// <param name="Id">Packet id of the SUBSCRIBE.</param>
/// <param name="Reasons">One code for each filter of the SUBSCRIBE, in order.</param>
/// <param name="ReasonString">Reason text of the broker; usually empty.</param>
internal sealed record SubAckPacket(ushort Id, IReadOnlyList<ReasonCode> Reasons, string ReasonString)
{
    /// <summary>Parses a whole SUBACK. A refusal is a result and does not throw.</summary>
    /// <exception cref="FrameException">The packet is malformed.</exception>
    public static SubAckPacket Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var id = reader.ReadUInt16();
        var reasonString = "";
        if (version == ProtocolVersion.V5)
        {
            var properties = new PropertyReader(ref reader, PropertyId.ReasonString, PropertyId.UserProperty);
            while (properties.TryRead(out var property)) if (property == PropertyId.ReasonString) reasonString = properties.Text;
        }

        var reasons = new List<ReasonCode>();
        foreach (var code in reader.ReadRest()) reasons.Add(new ReasonCode(code));
        return new SubAckPacket(id, reasons, reasonString);
    }
}
