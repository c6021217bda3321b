using System.Buffers;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Describes packets for a trace, and hides the password of CONNECT. Pure.</summary>
internal static class MqttMessageText
{
    private const int PasswordFlag = 1 << 6;
    private const int UserFlag = 1 << 7;
    private const int WillFlag = 1 << 2;

    /// <summary>Describes a packet.</summary>
    public static string Of(WireMessage message)
    {
        var packet = message.Bytes;
        if (packet.Length < 2 || VariableInteger.TryRead(packet[1..], out _, out _) != OperationStatus.Done)
            throw new FormatException("no packet of MQTT");
        var body = FixedHeader.BodyOf(packet);
        var type = FixedHeader.TypeOf(packet[0]);
        switch (type)
        {
            case PacketType.Connect:
                message.Asks(Key(PacketType.ConnAck, 0));
                return Connect(message, body, packet.Length - body.Length);
            case PacketType.ConnAck:
                message.Answers(Key(type, 0));
                if (body[1] != 0) return $"CONNACK, refused, code {body[1]:X2}";
                return body[0] == 1 ? "CONNACK, accepted, session present" : "CONNACK, accepted";
            case PacketType.Publish: return Publish(message, packet, body);
            case PacketType.Subscribe: return Subscribe(message, body);
            case PacketType.PingReq:
                message.Asks(Key(PacketType.PingResp, 0));
                return "PINGREQ";
            case PacketType.PingResp:
                message.Answers(Key(type, 0));
                return "PINGRESP";
            case PacketType.Disconnect: return body.IsEmpty ? "DISCONNECT" : $"DISCONNECT, {new ReasonCode(body[0])}";
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp or PacketType.SubAck:
                return Acknowledgement(message, type, body);
            default: throw new FormatException($"packet type {(int)type}");
        }
    }

    private static string Connect(WireMessage message, ReadOnlySpan<byte> body, int headerBytes)
    {
        var reader = new PacketReader(body, body);
        reader.ReadUtf8();
        var (version, flags, keepAlive) = (reader.ReadByte(), reader.ReadByte(), reader.ReadUInt16());
        if (version == (byte)ProtocolVersion.V5) reader.ReadPart(reader.ReadVariableInteger());
        var client = Encoding.UTF8.GetString(reader.ReadUtf8());
        if ((flags & WillFlag) != 0)
        {
            if (version == (byte)ProtocolVersion.V5) reader.ReadPart(reader.ReadVariableInteger());
            reader.ReadUtf8();
            reader.ReadBinary();
        }

        var user = (flags & UserFlag) != 0 ? $", user {Encoding.UTF8.GetString(reader.ReadUtf8())}" : "";
        var secret = "";
        if ((flags & PasswordFlag) != 0)
        {
            var length = reader.ReadBinary().Length;
            message.Hide(headerBytes + body.Length - reader.ReadRest().Length - length, length);
            secret = ", password hidden";
        }

        return $"CONNECT, MQTT {(version == (byte)ProtocolVersion.V5 ? "5.0" : "3.1.1")}, client {client}{user}{secret}, "
            + $"{((flags & 2) != 0 ? "clean start, " : "")}keep alive {keepAlive} s";
    }

    private static string Publish(WireMessage message, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> body)
    {
        var start = ReceivedMessage.ParseStart(packet);
        if (message.IsSent && start.QoS > 0) message.Asks(Key(start.QoS == 1 ? PacketType.PubAck : PacketType.PubRec, start.Id));
        var rest = message.Length - (packet.Length - body.Length) - 2 - start.Topic.Length - (start.QoS > 0 ? 2 : 0);
        var id = start.QoS > 0 ? $", packet {start.Id}" : "";
        return $"PUBLISH {Encoding.UTF8.GetString(start.Topic)}, QoS {start.QoS}{id}{((packet[0] & 1) != 0 ? ", retained" : "")}"
            + $"{(start.IsDuplicate ? ", duplicate" : "")}, properties and payload {rest} bytes";
    }

    private static string Subscribe(WireMessage message, ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body, body);
        var id = reader.ReadUInt16();
        message.Asks(Key(PacketType.SubAck, id));
        return $"SUBSCRIBE, packet {id}, {body.Length - 2} bytes of topic filters: {Filters(body[2..])}";
    }

    // With MQTT 5.0 a length of properties, which this client never sends, comes before the filters; with 3.1.1 a filter is never so long.
    private static string Filters(ReadOnlySpan<byte> body)
    {
        var texts = new List<string>();
        var rest = body.Length > 2 && body[0] == 0 && body[1] == 0 ? body[1..] : body;
        var reader = new PacketReader(rest, rest);
        while (!reader.AtEnd)
        {
            texts.Add(Encoding.UTF8.GetString(reader.ReadUtf8()));
            reader.ReadByte();
        }

        return string.Join(", ", texts);
    }

    private static string Acknowledgement(WireMessage message, PacketType type, ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body, body);
        var id = reader.ReadUInt16();
        var name = type.ToString().ToUpperInvariant();
        if (message.IsSent)
        {
            if (type == PacketType.PubRel) message.Asks(Key(PacketType.PubComp, id));
            return $"{name}, packet {id}";
        }

        message.Answers(Key(type, id));
        var text = $"{name}, packet {id}";
        if (type == PacketType.SubAck) return $"{text}, {(body[^1] < 0x80 ? $"granted QoS {body[^1]}" : $"refused, code {body[^1]:X2}")}";
        return reader.AtEnd || reader.ReadByte() is not (>= 0x80 and var code) ? text : $"{text}, {new ReasonCode(code)}";
    }

    private static long Key(PacketType answer, int id) => ((long)answer << 16) | (uint)id;
}
