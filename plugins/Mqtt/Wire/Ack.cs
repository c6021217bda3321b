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
    /// <summary>Bytes of one that says success.</summary>
    public const int Bytes = 4;

    /// <summary>Bits 3 to 0 of a PUBREL (section 3.6.1); the others have none.</summary>
    public const byte ReleaseFlags = 0b0010;

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

    /// <summary>Writes one that says success.</summary>
    public static void Write(Span<byte> into, PacketType type, ushort id)
    {
        into[0] = (byte)(((int)type << 4) | (type == PacketType.PubRel ? ReleaseFlags : 0));
        into[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], id);
    }
}
