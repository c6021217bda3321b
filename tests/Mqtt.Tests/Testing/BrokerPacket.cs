using System.Text;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>
/// A packet that the scripted broker received. It is parsed by hand, because a parser shared with the client would prove nothing.
/// </summary>
/// <param name="Connection">Number of its connection, from 1.</param>
/// <param name="First">First byte: type and flags.</param>
/// <param name="Body">Bytes after the remaining length.</param>
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

    /// <summary>Protocol version of a CONNECT: 4 or 5.</summary>
    public int Version => Body[6];

    public bool IsCleanStart => (Body[7] & 2) != 0;

    public string Topic => Encoding.UTF8.GetString(Body, 2, (Body[0] << 8) | Body[1]);

    /// <summary>Packet id of a PUBLISH of QoS 1 or 2, or of a PUBREL.</summary>
    public int Id => Type == Publish ? (Body[2 + Topic.Length] << 8) | Body[3 + Topic.Length] : (Body[0] << 8) | Body[1];

    /// <summary>Number of filters of a SUBSCRIBE without properties.</summary>
    public int FilterCount
    {
        get
        {
            var count = 0;
            for (var at = FirstFilter; at < Body.Length; count++) at += 3 + ((Body[at] << 8) | Body[at + 1]);
            return count;
        }
    }

    /// <summary>QoS that a SUBSCRIBE requests.</summary>
    public int AskedQoS => Body[^1] & 3;

    /// <summary>Payload of an MQTT 5.0 PUBLISH of QoS 1 or 2 without properties.</summary>
    public string Payload => Encoding.UTF8.GetString(Body.AsSpan(5 + Topic.Length));

    // MQTT 5.0 has an empty property list here; 3.1.1 has the length of the first filter, which is never 0 in these tests.
    private int FirstFilter => Body[2] == 0 && Body[3] == 0 ? 3 : 2;

    /// <summary>Formats packet id and payload of a message: "#7 3", with the DUP flag "#7 3 dup".</summary>
    public override string ToString() => Type switch
    {
        Publish => $"#{Id} {Payload}{(IsDuplicate ? " dup" : "")}",
        PubRel => $"#{Id} release",
        _ => $"type {Type}",
    };
}
