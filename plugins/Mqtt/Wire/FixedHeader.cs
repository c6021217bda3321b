using System.Buffers;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Parses the fixed header that begins every packet (MQTT 5.0, section 2.1.1; 3.1.1, section 2.2). Pure.
/// <code>
/// 0  type 4 bits, flags 4 bits
/// 1  remaining length  variable byte integer: bytes after the header
/// </code>
/// </summary>
internal static class FixedHeader
{
    /// <summary>Length in bytes of the longest header.</summary>
    public const int MaxBytes = 1 + VariableInteger.MaxBytes;

    public static PacketType TypeOf(byte first) => (PacketType)(first >> 4);

    /// <summary>Returns the length in bytes of the packet that begins here, or 0 when the header is incomplete.</summary>
    /// <exception cref="FrameException">A broker sends no packet with this header.</exception>
    public static int FrameLength(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return 0;
        var flags = start[0] & 0x0F;
        // Only PUBLISH has variable flags (MQTT 5.0, section 2.1.3), so the first byte shows when the stream has lost its frame boundaries.
        switch (TypeOf(start[0]))
        {
            case PacketType.Publish: break;
            case PacketType.ConnAck or PacketType.PubAck or PacketType.PubRec or PacketType.PubComp or PacketType.SubAck
                or PacketType.PingResp or PacketType.Disconnect when flags == 0: break;
            case PacketType.PubRel when flags == AckPacket.ReleaseFlags: break;
            default: throw new FrameException("a packet whose type and flags a broker does not send", start);
        }

        return VariableInteger.TryRead(start[1..], out var length, out var bytes) switch
        {
            OperationStatus.Done => 1 + bytes + length,
            OperationStatus.NeedMoreData => 0,
            _ => throw new FrameException("a packet whose remaining length is not a variable byte integer", start),
        };
    }

    /// <summary>Returns the bytes after the header of a complete packet.</summary>
    public static ReadOnlySpan<byte> BodyOf(ReadOnlySpan<byte> packet)
    {
        VariableInteger.TryRead(packet[1..], out _, out var bytes);
        return packet[(1 + bytes)..];
    }
}

/// <summary>Packet types, the first four bits of a packet (MQTT 5.0, section 2.1.2), that the client sends or receives.</summary>
internal enum PacketType : byte
{
    /// <summary>Client to broker: opens the session.</summary>
    Connect = 1,

    /// <summary>Broker to client: accepts or refuses the connection.</summary>
    ConnAck = 2,

    /// <summary>A message.</summary>
    Publish = 3,

    /// <summary>QoS 1: acknowledges a message.</summary>
    PubAck = 4,

    /// <summary>QoS 2, first acknowledgement: the message is received.</summary>
    PubRec = 5,

    /// <summary>QoS 2, second step: the message will not be sent again.</summary>
    PubRel = 6,

    /// <summary>QoS 2, last acknowledgement: the packet id is free.</summary>
    PubComp = 7,

    /// <summary>Client to broker: requests topic filters.</summary>
    Subscribe = 8,

    /// <summary>Broker to client: grants or refuses each filter.</summary>
    SubAck = 9,

    /// <summary>Client to broker: keep-alive ping.</summary>
    PingReq = 12,

    /// <summary>Broker to client: answer to the ping.</summary>
    PingResp = 13,

    /// <summary>Ends the connection; with MQTT 5.0 the broker can send it too.</summary>
    Disconnect = 14,
}
