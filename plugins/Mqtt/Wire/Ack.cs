using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5.0, sections 3.4 to 3.7; 3.1.1, the same):
/// <code>
/// packet id    2 bytes
/// reason code  1 byte    MQTT 5.0 only; missing means success
/// properties             MQTT 5.0 only; may be missing
/// </code>
/// </summary>
/// <param name="Type">Which of them.</param>
/// <param name="Id">The message's packet id.</param>
/// <param name="Reason">Why not, from 0x80 on.</param>
/// <param name="Words">The broker's own words, mostly empty.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Ack(PacketType Type, ushort Id, ReasonCode Reason, string Words)
{
    /// <summary>Bytes of a PUBREL that says success.</summary>
    public const int ReleaseBytes = 4;

    // Bits 3 to 0 of PUBREL are 0010 (section 3.6.1).
    private const byte ReleaseFlags = 0b0010;

    /// <exception cref="FrameException">It is malformed.</exception>
    public static Ack Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var type = FixedHeader.TypeOf(packet[0]);
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var id = reader.UInt16();
        if (id == 0) throw reader.Bad("a packet with packet id 0");
        byte reason = 0;
        var words = "";
        if (version == ProtocolVersion.V5 && !reader.AtEnd)
        {
            reason = reader.Byte();
            if (!reader.AtEnd)
            {
                var properties = new PropertyReader(ref reader, PropertyId.ReasonString, PropertyId.UserProperty);
                while (properties.Next(out var property)) if (property == PropertyId.ReasonString) words = properties.Text;
            }
        }

        reader.End();
        return new Ack(type, id, new ReasonCode(reason), words);
    }

    /// <summary>Writes PUBREL.</summary>
    public static void WriteRelease(Span<byte> into, ushort id)
    {
        into[0] = ((byte)PacketType.PubRel << 4) | ReleaseFlags;
        into[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], id);
    }
}
