using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// An acknowledgement packet: PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 5.0 and 3.1.1, sections 3.4 to 3.7). Immutable.
/// <code>
/// packet id    2 bytes
/// reason code  1 byte    MQTT 5.0 only; missing means success
/// properties             MQTT 5.0 only; may be missing
/// </code>
/// </summary>
/// <param name="Type">Type of the packet.</param>
/// <param name="Id">Packet id of the message.</param>
/// <param name="Reason">Reason code; a failure from 0x80 on.</param>
/// <param name="ReasonString">Reason text of the broker; usually empty.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AckPacket(PacketType Type, ushort Id, ReasonCode Reason, string ReasonString)
{
    /// <summary>Length in bytes of an acknowledgement of success.</summary>
    public const int SuccessLength = 4;

    /// <summary>Header flags of PUBREL (section 3.6.1); the other types have none.</summary>
    public const byte ReleaseFlags = 0b0010;

    /// <summary>Parses a whole packet of one of the four types.</summary>
    /// <exception cref="FrameException">The packet is malformed.</exception>
    public static AckPacket Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        var type = FixedHeader.TypeOf(packet[0]);
        var reader = new PacketReader(packet, FixedHeader.BodyOf(packet));
        var id = reader.ReadUInt16();
        if (id == 0) throw reader.Malformed("a packet with packet id 0");
        byte reason = 0;
        var reasonString = "";
        if (version == ProtocolVersion.V5 && !reader.AtEnd)
        {
            reason = reader.ReadByte();
            if (!reader.AtEnd)
            {
                var properties = new PropertyReader(ref reader, PropertyId.ReasonString, PropertyId.UserProperty);
                while (properties.TryRead(out var property)) if (property == PropertyId.ReasonString) reasonString = properties.Text;
            }
        }

        reader.ExpectEnd();
        return new AckPacket(type, id, new ReasonCode(reason), reasonString);
    }

    /// <summary>Writes an acknowledgement of success.</summary>
    public static void Write(Span<byte> into, PacketType type, ushort id)
    {
        into[0] = (byte)(((int)type << 4) | (type == PacketType.PubRel ? ReleaseFlags : 0));
        into[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], id);
    }
}
