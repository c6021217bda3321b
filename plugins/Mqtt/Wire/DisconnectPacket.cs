using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Encodes and parses DISCONNECT (MQTT 5.0 and 3.1.1, section 3.14). With 3.1.1 only the client sends it, without a body. Pure.
/// <code>
/// reason code  1 byte   MQTT 5.0 only; missing means normal disconnection
/// properties            MQTT 5.0 only; may be missing
/// </code>
/// </summary>
internal static class DisconnectPacket
{
    /// <summary>A normal disconnection by the client, after which the broker does not publish the last will.</summary>
    public static ReadOnlyMemory<byte> Normal { get; } = new byte[] { (byte)PacketType.Disconnect << 4, 0 };

    /// <summary>Returns the broker's reason for ending the connection, also as one line of text.</summary>
    /// <exception cref="FrameException">The packet is malformed.</exception>
    public static (ReasonCode Reason, string Text) Parse(ReadOnlySpan<byte> packet)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var reason = new ReasonCode(reader.AtEnd ? ReasonCode.NormalDisconnection : reader.ReadByte());
        var details = "";
        if (!reader.AtEnd)
        {
            var properties = new PropertyReader(
                ref reader, PropertyId.SessionExpiryInterval, PropertyId.ServerReference, PropertyId.ReasonString, PropertyId.UserProperty);
            while (properties.TryRead(out var id))
            {
                if (id == PropertyId.ReasonString) details = $": {properties.Text}";
                if (id == PropertyId.ServerReference) details += $", other server: {properties.Text}";
            }
        }

        reader.ExpectEnd();
        return (reason, reason + details);
    }
}
