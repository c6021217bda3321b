using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// The answer to SUBSCRIBE (MQTT 5.0, section 3.9; 3.1.1, section 3.9):
/// <code>
/// packet id     2 bytes
/// properties    MQTT 5.0 only
/// reason codes  1 byte for each filter: the QoS granted, or from 0x80 on why not
/// </code>
/// </summary>
/// <param name="Id">Packet id of the SUBSCRIBE.</param>
/// <param name="Reasons">One for each filter, in their order.</param>
/// <param name="Words">The broker's own words, mostly empty.</param>
internal sealed record SubAck(ushort Id, IReadOnlyList<ReasonCode> Reasons, string Words)
{
    /// <exception cref="FrameException">It is malformed.</exception>
    public static SubAck Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var id = reader.UInt16();
        var words = "";
        if (version == ProtocolVersion.V5)
        {
            var properties = new PropertyReader(ref reader, PropertyId.ReasonString, PropertyId.UserProperty);
            while (properties.Next(out var property)) if (property == PropertyId.ReasonString) words = properties.Text;
        }

        var reasons = new List<ReasonCode>();
        foreach (var code in reader.Rest()) reasons.Add(new ReasonCode(code));
        return new SubAck(id, reasons, words);
    }
}
