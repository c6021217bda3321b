using System.Buffers.Binary;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Describes frames of EtherNet/IP for a trace: service and path of each CIP message. The protocol has no secrets. Pure.</summary>
internal static class CipMessageText
{
    private const int MaxParts = 6;

    // Sequence counts of connected messages are no contexts.
    private const long Connected = 1L << 32;

    /// <summary>Describes a frame.</summary>
    public static string Of(WireMessage message)
    {
        var frame = message.Bytes;
        if (frame.Length < Encapsulation.HeaderBytes) throw new FormatException("shorter than the header of EtherNet/IP");
        var command = Encapsulation.Command(frame);
        var name = command switch
        {
            EncapsulationCommand.RegisterSession => "RegisterSession",
            EncapsulationCommand.UnregisterSession => "UnregisterSession",
            EncapsulationCommand.ListIdentity => "ListIdentity",
            EncapsulationCommand.SendRRData or EncapsulationCommand.SendUnitData => null,
            _ => throw new FormatException($"command {(ushort)command:X4}"),
        };
        var isConnected = command == EncapsulationCommand.SendUnitData;
        var isRefused = Encapsulation.Status(frame) != 0;
        long key = name is not null ? -(long)command
            : isConnected && !isRefused ? Connected | BinaryPrimitives.ReadUInt16LittleEndian(frame[(CommonPacket.ConnectedMessage - 2)..])
            : BinaryPrimitives.ReadUInt16LittleEndian(frame[12..]);
        if (message.IsSent)
        {
            if (command != EncapsulationCommand.UnregisterSession) message.Asks(key);
            return name ?? $"{Request(CommonPacket.Message(frame))}, {(isConnected ? "sequence" : "context")} {key & ushort.MaxValue}";
        }

        var request = message.Answers(key);
        var subject = $"reply to {request ?? name ?? $"{(isConnected ? "sequence" : "context")} {key & ushort.MaxValue}"}";
        if (isRefused) return $"{subject}: {Encapsulation.Describe(Encapsulation.Status(frame))}";
        return name is null ? $"{subject}: {Reply(CommonPacket.Message(frame))}"
            : command == EncapsulationCommand.RegisterSession ? $"{subject}: session {Encapsulation.Session(frame):X8}" : subject;
    }

    private static string Request(ReadOnlySpan<byte> message)
    {
        var service = message[0];
        var pathBytes = 2 * message[1];
        var path = message.Slice(2, pathBytes);
        var data = message[(2 + pathBytes)..];
        var isManager = path is [0x20, (byte)CipClass.ConnectionManager, ..];
        if (isManager && service == CipService.UnconnectedSend)
            return $"{Request(data.Slice(4, BinaryPrimitives.ReadUInt16LittleEndian(data[2..])))}, routed";
        if (service == CipService.MultipleServicePacket && path is [0x20, (byte)CipClass.MessageRouter, ..])
            return $"packet: {Parts(data, isReply: false)}";
        var elements = service == CipService.ReadTag && data.Length >= 2 && BinaryPrimitives.ReadUInt16LittleEndian(data) is > 1 and var n
            ? $", {n} elements" : "";
        return $"{Name(service, isManager)} {Path(path)}{elements}";
    }

    private static string Reply(ReadOnlySpan<byte> message)
    {
        if (!CipReply.TryRead(message, out var reply)) throw new FormatException("a CIP reply that is cut off");
        if (reply.Service == CipService.MultipleServicePacket && MultipleServicePacket.Count(reply.Data) > 0)
            return Parts(reply.Data, isReply: true);
        return reply.Status == 0 ? $"good, {reply.Data.Length} bytes"
            : reply.Status == CipFault.NotEnoughRoom ? $"part, {reply.Data.Length} bytes" : $"refused, {CipFault.From(reply).Reason}";
    }

    private static string Parts(ReadOnlySpan<byte> data, bool isReply)
    {
        var count = MultipleServicePacket.Count(data);
        var texts = new List<string>();
        for (var i = 0; i < Math.Min(count, MaxParts); i++)
        {
            var part = MultipleServicePacket.Reply(data, i, count);
            texts.Add(isReply ? Reply(part) : Request(part));
        }

        return string.Join("; ", texts) + (count > MaxParts ? $"; and {count - MaxParts} more" : "");
    }

    private static string Name(byte service, bool isManager) => service switch
    {
        CipService.GetAttributesAll => "get all attributes of",
        CipService.GetAttributeList => "get attributes of",
        CipService.ExecutePccc => "execute PCCC at",
        CipService.ForwardClose when isManager => "close the connection at",
        CipService.ForwardOpen => "open a connection at",
        CipService.LargeForwardOpen => "open a large connection at",
        CipService.ReadTag => "read tag",
        CipService.WriteTag => "write tag",
        CipService.ReadModifyWrite => "change bits of tag",
        CipService.ReadTagFragmented => "read part of tag",
        CipService.WriteTagFragmented => "write part of tag",
        CipService.GetInstanceAttributeList => "list instances of",
        _ => $"service {service:X2} at",
    };

    /// <summary>Formats a path as engineers write it: <c>Program:Main.tank[3].level</c>, or class and instance.</summary>
    private static string Path(ReadOnlySpan<byte> path)
    {
        var text = new StringBuilder();
        while (path.Length >= 2)
        {
            var (kind, number) = (path[0], (uint)path[1]);
            if (kind == 0x91)
            {
                if (text.Length > 0) text.Append('.');
                text.Append(Encoding.ASCII.GetString(path.Slice(2, path[1])));
                path = path[(2 + path[1] + (path[1] & 1))..];
                continue;
            }

            var size = (kind & 3) switch { 0 => 2, 1 => 4, _ => 6 };
            if (size == 4) number = BinaryPrimitives.ReadUInt16LittleEndian(path[2..]);
            if (size == 6) number = BinaryPrimitives.ReadUInt32LittleEndian(path[2..]);
            path = path[size..];
            text.Append((kind & ~3) switch
            {
                0x20 => $"{(text.Length > 0 ? "." : "")}class {number:X2}",
                0x24 => $" instance {number}",
                0x28 => $"[{number}]",
                _ => throw new FormatException($"path segment {kind:X2}"),
            });
        }

        return text.ToString();
    }
}
