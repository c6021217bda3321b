using System.Text;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A packet as a broker reads it: by hand, since a parser shared with the sink would prove nothing.</summary>
/// <param name="Connection">Number of the connection that it came on, from 1.</param>
/// <param name="First">Its first byte: type and flags.</param>
/// <param name="Body">What follows the remaining length.</param>
internal sealed record BrokerPacket(int Connection, byte First, byte[] Body)
{
    public const int Connect = 1;
    public const int Publish = 3;
    public const int PubRel = 6;
    public const int PingReq = 12;
    public const int Disconnect = 14;

    public int Type => First >> 4;

    public int Qos => (First >> 1) & 3;

    public bool IsDuplicate => (First & 8) != 0;

    /// <summary>A CONNECT's version: 4 or 5.</summary>
    public int Version => Body[6];

    public bool IsCleanStart => (Body[7] & 2) != 0;

    public string Topic => Encoding.UTF8.GetString(Body, 2, (Body[0] << 8) | Body[1]);

    /// <summary>Packet id of a PUBLISH of QoS 1 or 2, or of a PUBREL.</summary>
    public int Id => Type == Publish ? (Body[2 + Topic.Length] << 8) | Body[3 + Topic.Length] : (Body[0] << 8) | Body[1];

    /// <summary>Payload of an MQTT 5.0 PUBLISH of QoS 1 or 2 without properties.</summary>
    public string Payload => Encoding.UTF8.GetString(Body.AsSpan(5 + Topic.Length));

    /// <summary>"3" for message 3, "3 dup" when it is marked as sent before, with its id: "#7 3 dup".</summary>
    public override string ToString() => Type switch
    {
        Publish => $"#{Id} {Payload}{(IsDuplicate ? " dup" : "")}",
        PubRel => $"#{Id} release",
        _ => $"type {Type}",
    };
}
