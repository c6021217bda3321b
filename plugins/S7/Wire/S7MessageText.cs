using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>Describes packets for a trace. The driver sends no secrets: S7 without a password has none. Pure.</summary>
internal static class S7MessageText
{
    private const int MaxItems = 6;
    private const byte Setup = 0xF0;
    private const byte Write = 5;

    /// <summary>Describes a packet.</summary>
    public static string Of(WireMessage message)
    {
        var packet = message.Bytes;
        if (packet.Length < CotpData.PduStart || packet[0] != 3) throw new FormatException("no TPKT packet");
        switch (packet[Tpkt.Size + 1] >> 4)
        {
            case 0xE:
                message.Asks(-1);
                return $"connection request, TSAPs {packet[16]:X2}{packet[17]:X2} to {packet[20]:X2}{packet[21]:X2}";
            case 0xD:
                message.Answers(-1);
                return "connection confirmed";
            case 0x8:
                message.Answers(-1);
                return $"connection refused or ended: {CotpConnect.Reason(packet[Tpkt.Size..])}";
            case 0xF: return OfPdu(message, packet[CotpData.PduStart..]);
            default: throw new FormatException($"TPDU {packet[Tpkt.Size + 1]:X2}");
        }
    }

    private static string OfPdu(WireMessage message, ReadOnlySpan<byte> pdu)
    {
        if (pdu.IsEmpty) return "empty packet, which keeps the connection";
        if (!S7Header.IsS7(pdu)) throw new FormatException("a PDU of another protocol than S7");
        var reference = S7Header.Reference(pdu);
        if (message.IsSent)
        {
            message.Asks(reference);
            return $"{Request(pdu)}, PDU reference {reference}";
        }

        if (!S7Header.IsAnswer(pdu)) return $"message that the CPU sends unasked, {pdu.Length} bytes";
        var request = message.Answers(reference);
        return $"reply to {request ?? $"PDU reference {reference}"}: {Reply(pdu)}";
    }

    private static string Request(ReadOnlySpan<byte> pdu)
    {
        var parameters = pdu[S7Header.JobSize..];
        if (pdu[1] == 7) return $"info request, group {parameters[5] & 0xF}, function {parameters[6]}";
        return parameters[0] switch
        {
            ReadVar.Function => $"read {Items(parameters)}",
            Write => $"write {Items(parameters)}",
            Setup => $"set up communication, PDU of {Word(parameters, 6)} bytes, {Word(parameters, 2)} jobs",
            var other => $"function {other:X2}",
        };
    }

    private static string Reply(ReadOnlySpan<byte> pdu)
    {
        if (pdu[1] == 7)
        {
            var error = Word(pdu[S7Header.JobSize..], 10);
            return error == 0 ? $"info, {Word(pdu, 8)} bytes" : $"refused, {S7Fault.UserDataError(error).Reason}";
        }

        if (pdu[10] != 0 || pdu[11] != 0) return $"refused, {S7Fault.Job(pdu[10], pdu[11]).Reason}";
        var parameters = pdu[S7Header.AckSize..];
        var data = parameters[Word(pdu, 6)..];
        return parameters[0] switch
        {
            ReadVar.Function => Values(data, parameters[1]),
            Write => data[0] == 0xFF ? "done" : $"refused, {S7Fault.Item(data[0]).Reason}",
            Setup => $"PDU of {Word(parameters, 6)} bytes, {Word(parameters, 2)} jobs",
            var other => $"function {other:X2}",
        };
    }

    private static string Items(ReadOnlySpan<byte> parameters)
    {
        var count = parameters[1];
        var texts = new List<string>();
        for (var i = 0; i < Math.Min(count, (byte)MaxItems); i++)
            texts.Add(Item(parameters[(ReadVar.ParameterHead + (i * VarItem.Size))..]));
        return string.Join(", ", texts) + (count > MaxItems ? $" and {count - MaxItems} more" : "");
    }

    private static string Item(ReadOnlySpan<byte> item)
    {
        var (count, block, area) = (Word(item, 4), Word(item, 6), (S7Area)item[8]);
        var address = (item[9] << 16) | Word(item, 10);
        var (name, isNumbered) = area switch
        {
            S7Area.Input => ("I", false),
            S7Area.Output => ("Q", false),
            S7Area.Marker => ("M", false),
            S7Area.PeripheralInput => ("PI", false),
            S7Area.Timer or S7Area.Timer200 => ("T", true),
            S7Area.Counter or S7Area.Counter200 => ("C", true),
            _ => (item[8] is 0x84 or 0x85 ? $"{(item[8] == 0x84 ? "DB" : "DI")}{block}.DB" : $"area {item[8]:X2} ", false),
        };
        if (isNumbered) return count == 1 ? $"{name}{address}" : $"{name}{address}..{address + count - 1}";
        if (item[3] == 1) return $"{name}X{address / 8}.{address % 8}";
        return (count, address / 8) switch
        {
            (1, var at) => $"{name}B{at}",
            (2, var at) => $"{name}W{at}",
            (4, var at) => $"{name}D{at}",
            (_, var at) => $"{name}B{at}..{at + count - 1}",
        };
    }

    private static string Values(ReadOnlySpan<byte> data, int count)
    {
        var texts = new List<string>();
        for (var i = 0; i < count && texts.Count < MaxItems; i++)
        {
            var (code, length) = (data[0], Word(data, 2));
            if (data[1] is 3 or 4 or 5) length = (length + 7) / 8;
            if (code != 0xFF) length = 0;
            texts.Add(code == 0xFF ? $"{length} bytes" : $"refused, {S7Fault.Item(code).Reason}");
            data = data[Math.Min(data.Length, ReadVar.ItemHead + length + (length & 1))..];
        }

        return string.Join(", ", texts) + (count > MaxItems ? $" and {count - MaxItems} more" : "");
    }

    private static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
