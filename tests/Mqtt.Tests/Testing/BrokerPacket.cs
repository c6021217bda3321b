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
    public const int PubAck = 4;
    public const int PubRec = 5;
    public const int PubRel = 6;
    public const int PubComp = 7;
    public const int Subscribe = 8;
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

    /// <summary>How many filters a SUBSCRIBE without properties has.</summary>
    public int FilterCount
    {
        get
        {
            var count = 0;
            for (var at = FirstFilter; at < Body.Length; count++) at += 3 + ((Body[at] << 8) | Body[at + 1]);
            return count;
        }
    }

    /// <summary>The QoS that a SUBSCRIBE asks for.</summary>
    public int AskedQoS => Body[^1] & 3;

    /// <summary>Payload of an MQTT 5.0 PUBLISH of QoS 1 or 2 without properties.</summary>
    public string Payload => Encoding.UTF8.GetString(Body.AsSpan(5 + Topic.Length));

    // MQTT 5.0 has an empty list of properties before it, where 3.1.1 has the high byte of a length, which no test makes 0 and 0.
    private int FirstFilter => Body[2] == 0 && Body[3] == 0 ? 3 : 2;

    /// <summary>"3" for message 3, "3 dup" when it is marked as sent before, with its id: "#7 3 dup".</summary>
    public override string ToString() => Type switch
    {
        Publish => $"#{Id} {Payload}{(IsDuplicate ? " dup" : "")}",
        PubRel => $"#{Id} release",
        _ => $"type {Type}",
    };
}
