using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// The end (MQTT 5.0, section 3.14; 3.1.1 has it from the client alone, without a body):
/// <code>
/// reason code  1 byte   MQTT 5.0 only; missing means normal
/// properties            MQTT 5.0 only; may be missing
/// </code>
/// </summary>
internal static class Disconnect
{
    /// <summary>The client's own: normal, so that no last will is published.</summary>
    public static ReadOnlyMemory<byte> Normal { get; } = new byte[] { (byte)PacketType.Disconnect << 4, 0 };

    /// <summary>Why the broker ended the connection, in one line.</summary>
    /// <exception cref="FrameException">It is malformed.</exception>
    public static string Parse(ReadOnlySpan<byte> packet)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var reason = new ReasonCode(reader.AtEnd ? ReasonCode.NormalDisconnection : reader.Byte());
        var words = "";
        if (!reader.AtEnd)
        {
            var properties = new PropertyReader(
                ref reader, PropertyId.SessionExpiryInterval, PropertyId.ServerReference, PropertyId.ReasonString, PropertyId.UserProperty);
            while (properties.Next(out var id))
            {
                if (id == PropertyId.ReasonString) words = $": {properties.Text}";
                if (id == PropertyId.ServerReference) words += $", it names {properties.Text}";
            }
        }

        reader.End();
        return reason + words;
    }
}
