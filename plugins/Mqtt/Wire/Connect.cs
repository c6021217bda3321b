using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// The first packet (MQTT 5.0, section 3.1; 3.1.1, section 3.1):
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
internal sealed class Connect
{
    public required ProtocolVersion Version { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Forget an earlier session; 3.1.1 calls it clean session, and ends the new one with its connection too.</summary>
    public required bool CleanStart { get; init; }

    public required TimeSpan KeepAlive { get; init; }

    /// <summary>How long the session outlives the connection; MQTT 5.0 only.</summary>
    public TimeSpan SessionExpiry { get; init; }

    /// <summary>Longest packet that we take; MQTT 5.0 only.</summary>
    public required int MaximumPacketSize { get; init; }

    /// <summary>Messages of QoS 1 and 2 that we take before an answer; MQTT 5.0 only.</summary>
    public int? ReceiveMaximum { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public WillOptions? Will { get; init; }

    public byte[] ToPacket()
    {
        var body = new PacketWriter();
        body.Text("MQTT");
        body.Byte((byte)Version);
        body.Byte(Flags());
        body.UInt16((int)KeepAlive.TotalSeconds);
        if (Version == ProtocolVersion.V5) WriteProperties(body);
        body.Text(ClientId);
        if (Will is not null)
        {
            if (Version == ProtocolVersion.V5) body.Variable(0);
            body.Text(Will.Topic);
            body.Binary(Encoding.UTF8.GetBytes(Will.Payload));
        }

        if (User is not null) body.Text(User);
        if (Password is not null) body.Binary(Encoding.UTF8.GetBytes(Password));
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
            properties.Byte((byte)PropertyId.SessionExpiryInterval);
            properties.UInt32((uint)SessionExpiry.TotalSeconds);
        }

        if (ReceiveMaximum is { } receiveMaximum)
        {
            properties.Byte((byte)PropertyId.ReceiveMaximum);
            properties.UInt16(receiveMaximum);
        }

        properties.Byte((byte)PropertyId.MaximumPacketSize);
        properties.UInt32((uint)MaximumPacketSize);
        body.Variable(properties.Length);
        body.Bytes(properties.Written);
    }
}
