using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// The broker's answer to CONNECT (MQTT 5.0, section 3.2; 3.1.1, section 3.2):
/// <code>
/// flags        1 byte   bit 0: session present, the others 0
/// reason code  1 byte   0 is welcome
/// properties            MQTT 5.0 only
/// </code>
/// </summary>
internal sealed class ConnAck
{
    private static readonly string[] s_returnCodes =
    [
        "accepted", "unacceptable protocol version", "client identifier rejected", "server unavailable", "bad user name or password",
        "not authorized",
    ];

    public bool SessionPresent { get; private init; }

    /// <summary>Name and code of the refusal; empty when welcome.</summary>
    public string Refusal { get; private init; } = "";

    /// <summary>The broker's own words; mostly empty.</summary>
    public string Words { get; private set; } = "";

    public int ReceiveMaximum { get; private set; } = ushort.MaxValue;

    public long MaximumPacketSize { get; private set; } = FixedHeader.MostBytes + VariableInteger.Most;

    public int MaximumQoS { get; private set; } = 2;

    public bool RetainAvailable { get; private set; } = true;

    public TimeSpan? ServerKeepAlive { get; private set; }

    /// <exception cref="FrameException">It is malformed, or another packet.</exception>
    public static ConnAck Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        if (FixedHeader.TypeOf(packet[0]) != PacketType.ConnAck) throw reader.Bad("a packet before CONNACK");
        var flags = reader.Byte();
        if (flags > 1) throw reader.Bad($"a CONNACK with flags 0x{flags:X2}");
        var code = reader.Byte();
        var ack = new ConnAck { SessionPresent = flags == 1, Refusal = code == 0 ? "" : RefusalOf(code, version) };
        if (code != 0 && flags != 0) throw reader.Bad("a CONNACK that refuses but has a session present");
        // A broker that does not know MQTT 5.0 may refuse in the shorter form of 3.1.1.
        if (version == ProtocolVersion.V5 && !(code is > 0 and < 0x80 && reader.AtEnd)) ack.ReadProperties(ref reader);
        reader.End();
        return ack;
    }

    private static string RefusalOf(byte code, ProtocolVersion version)
    {
        if (code < s_returnCodes.Length) return $"{s_returnCodes[code]} (0x{code:X2})";
        return version == ProtocolVersion.V5 ? new ReasonCode(code).ToString() : $"unknown return code (0x{code:X2})";
    }

    private void ReadProperties(ref PacketReader reader)
    {
        var properties = new PropertyReader(
            ref reader, PropertyId.SessionExpiryInterval, PropertyId.AssignedClientIdentifier, PropertyId.ServerKeepAlive,
            PropertyId.AuthenticationMethod, PropertyId.AuthenticationData, PropertyId.ResponseInformation, PropertyId.ServerReference,
            PropertyId.ReasonString, PropertyId.ReceiveMaximum, PropertyId.TopicAliasMaximum, PropertyId.MaximumQoS,
            PropertyId.RetainAvailable, PropertyId.UserProperty, PropertyId.MaximumPacketSize, PropertyId.WildcardSubscriptionAvailable,
            PropertyId.SubscriptionIdentifierAvailable, PropertyId.SharedSubscriptionAvailable);
        while (properties.Next(out var id))
        {
            switch (id)
            {
                case PropertyId.ReceiveMaximum: ReceiveMaximum = (int)properties.Number; break;
                case PropertyId.MaximumPacketSize: MaximumPacketSize = properties.Number; break;
                case PropertyId.MaximumQoS: MaximumQoS = (int)properties.Number; break;
                case PropertyId.RetainAvailable: RetainAvailable = properties.Number == 1; break;
                case PropertyId.ServerKeepAlive: ServerKeepAlive = TimeSpan.FromSeconds(properties.Number); break;
                case PropertyId.ReasonString: Words = properties.Text; break;
            }
        }
    }
}
