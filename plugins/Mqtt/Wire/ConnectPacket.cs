using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// CONNECT, the first packet of a connection (MQTT 5.0 and 3.1.1, section 3.1). Immutable; it contains the password in clear text, so it
/// is never logged.
/// <code>
/// "MQTT"        2 bytes length, text
/// version       1 byte
/// flags         bit 7 user name, 6 password, 5 will retain, 4 and 3 will QoS, 2 will, 1 clean start, 0 reserved
/// keep alive    2 bytes, seconds
/// properties    MQTT 5.0 only
/// client id     text
/// [will properties (MQTT 5.0 only), will topic, will payload]  [user name]  [password]
/// </code>
/// </summary>
internal sealed class ConnectPacket
{
    public required ProtocolVersion Version { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Clears an earlier session. With 3.1.1 (clean session) the new session also ends with its connection.</summary>
    public required bool CleanStart { get; init; }

    public required TimeSpan KeepAlive { get; init; }

    /// <summary>Time for which the broker keeps the session after the connection; MQTT 5.0 only.</summary>
    public TimeSpan SessionExpiry { get; init; }

    /// <summary>Length in bytes of the longest packet that the client accepts, null for any; MQTT 5.0 only.</summary>
    public required int? MaximumPacketSize { get; init; }

    /// <summary>Messages of QoS 1 and 2 that the broker may send before they are acknowledged; MQTT 5.0 only.</summary>
    public int? ReceiveMaximum { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public WillOptions? Will { get; init; }

    /// <summary>Encodes the packet.</summary>
    public byte[] ToPacket()
    {
        var body = new PacketWriter();
        body.WriteUtf8("MQTT");
        body.WriteByte((byte)Version);
        body.WriteByte(Flags());
        body.WriteUInt16((int)KeepAlive.TotalSeconds);
        if (Version == ProtocolVersion.V5) WriteProperties(body);
        body.WriteUtf8(ClientId);
        if (Will is not null)
        {
            if (Version == ProtocolVersion.V5) body.WriteVariableInteger(0);
            body.WriteUtf8(Will.Topic);
            body.WriteBinary(Encoding.UTF8.GetBytes(Will.Payload));
        }

        if (User is not null) body.WriteUtf8(User);
        if (Password is not null) body.WriteBinary(Encoding.UTF8.GetBytes(Password));
        return body.ToPacket(PacketType.Connect);
    }

    private int Flags() =>
        (CleanStart ? 1 << 1 : 0)
        | (Will is null ? 0 : (1 << 2) | (Will.Qos << 3) | (Will.Retain ? 1 << 5 : 0))
        | (Password is null ? 0 : 1 << 6)
        | (User is null ? 0 : 1 << 7);

    private void WriteProperties(PacketWriter body)
    {
        var properties = new PacketWriter();
        if (SessionExpiry > TimeSpan.Zero)
        {
            properties.WriteByte((byte)PropertyId.SessionExpiryInterval);
            properties.WriteUInt32((uint)SessionExpiry.TotalSeconds);
        }

        if (ReceiveMaximum is { } receiveMaximum)
        {
            properties.WriteByte((byte)PropertyId.ReceiveMaximum);
            properties.WriteUInt16(receiveMaximum);
        }

        if (MaximumPacketSize is { } maximumPacketSize)
        {
            properties.WriteByte((byte)PropertyId.MaximumPacketSize);
            properties.WriteUInt32((uint)maximumPacketSize);
        }

        body.WriteVariableInteger(properties.Length);
        body.WriteBytes(properties.Written);
    }
}

/// <summary>Versions of the protocol with their numbers in CONNECT (MQTT 5.0 and 3.1.1, section 3.1.2.2).</summary>
internal enum ProtocolVersion : byte
{
    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V5 = 5,
}
