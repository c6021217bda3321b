using System.Buffers;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// What every packet begins with (MQTT 5.0, section 2.1.1; 3.1.1, section 2.2):
/// <code>
/// 0  type 4 bits, flags 4 bits
/// 1  remaining length  variable byte integer: of all that follows
/// </code>
/// </summary>
internal static class FixedHeader
{
    /// <summary>Bytes of the longest header.</summary>
    public const int MostBytes = 1 + VariableInteger.MostBytes;

    public static PacketType TypeOf(byte first) => (PacketType)(first >> 4);

    /// <summary>Whole length of the packet that begins here, or 0 when its length is not there yet.</summary>
    /// <exception cref="FrameException">These bytes begin no packet that a broker sends.</exception>
    public static int FrameLength(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return 0;
        var flags = start[0] & 0x0F;
        // Everything but PUBLISH has fixed flags (MQTT 5.0, section 2.1.3): a stream out of step is known by them at its first byte.
        switch (TypeOf(start[0]))
        {
            case PacketType.Publish: break;
            case PacketType.ConnAck or PacketType.PubAck or PacketType.PubRec or PacketType.PubComp or PacketType.SubAck
                or PacketType.PingResp or PacketType.Disconnect when flags == 0: break;
            case PacketType.PubRel when flags == Ack.ReleaseFlags: break;
            default: throw new FrameException("a packet that begins with no type and flags of a broker", start);
        }

        return VariableInteger.TryRead(start[1..], out var length, out var bytes) switch
        {
            OperationStatus.Done => 1 + bytes + length,
            OperationStatus.NeedMoreData => 0,
            _ => throw new FrameException("a packet whose remaining length is no variable byte integer", start),
        };
    }

    /// <summary>What follows the header of a whole packet.</summary>
    public static ReadOnlySpan<byte> BodyOf(ReadOnlySpan<byte> packet)
    {
        VariableInteger.TryRead(packet[1..], out _, out var bytes);
        return packet[(1 + bytes)..];
    }
}
