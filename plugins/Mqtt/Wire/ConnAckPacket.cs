using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// CONNACK, the broker's answer to CONNECT (MQTT 5.0 and 3.1.1, section 3.2). Not changed after it is parsed.
/// <code>
/// flags        1 byte   bit 0: session present, the others 0
/// reason code  1 byte   0: accepted
/// properties            MQTT 5.0 only
/// </code>
/// </summary>
internal sealed class ConnAckPacket
{
    private static readonly string[] s_returnCodes =
    [
        "accepted", "unacceptable protocol version", "client identifier rejected", "server unavailable", "bad user name or password",
        "not authorized",
    ];

    /// <summary>True when the broker has resumed a session of this client id.</summary>
    public bool SessionPresent { get; private init; }

    /// <summary>Name and code of the refusal; empty when the connection is accepted.</summary>
    public string Refusal { get; private init; } = "";

    /// <summary>Reason text of the broker; usually empty.</summary>
    public string ReasonString { get; private set; } = "";

    /// <summary>Messages of QoS 1 and 2 that may be sent before they are acknowledged; 65535 if the broker states no limit.</summary>
    public int ReceiveMaximum { get; private set; } = ushort.MaxValue;

    /// <summary>Length in bytes of the longest packet that the broker accepts; the longest of MQTT if the broker states no limit.</summary>
    public long MaximumPacketSize { get; private set; } = FixedHeader.MaxBytes + VariableInteger.MaxValue;

    /// <summary>Highest quality of service that the broker accepts.</summary>
    public int MaximumQoS { get; private set; } = 2;

    /// <summary>False when the broker does not retain messages.</summary>
    public bool RetainAvailable { get; private set; } = true;

    /// <summary>Keep-alive time that the broker requires instead of the requested one; null if it requires none.</summary>
    public TimeSpan? ServerKeepAlive { get; private set; }

    /// <summary>Parses the first packet of the broker. A refusal is a result and does not throw.</summary>
    /// <exception cref="FrameException">The packet is malformed or of another type.</exception>
    public static ConnAckPacket Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        if (FixedHeader.TypeOf(packet[0]) != PacketType.ConnAck) throw reader.Malformed("a packet before CONNACK");
        var flags = reader.ReadByte();
        if (flags > 1) throw reader.Malformed($"a CONNACK with flags 0x{flags:X2}");
        var code = reader.ReadByte();
        var ack = new ConnAckPacket { SessionPresent = flags == 1, Refusal = code == 0 ? "" : RefusalOf(code, version) };
        if (code != 0 && flags != 0) throw reader.Malformed("a CONNACK that refuses the connection but has a session present");
        // A broker without MQTT 5.0 can refuse with the shorter CONNACK of 3.1.1.
        if (version == ProtocolVersion.V5 && !(code is > 0 and < 0x80 && reader.AtEnd)) ack.ReadProperties(ref reader);
        reader.ExpectEnd();
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
        while (properties.TryRead(out var id))
        {
            switch (id)
            {
                case PropertyId.ReceiveMaximum: ReceiveMaximum = (int)properties.Number; break;
                case PropertyId.MaximumPacketSize: MaximumPacketSize = properties.Number; break;
                case PropertyId.MaximumQoS: MaximumQoS = (int)properties.Number; break;
                case PropertyId.RetainAvailable: RetainAvailable = properties.Number == 1; break;
                case PropertyId.ServerKeepAlive: ServerKeepAlive = TimeSpan.FromSeconds(properties.Number); break;
                case PropertyId.ReasonString: ReasonString = properties.Text; break;
            }
        }
    }
}
