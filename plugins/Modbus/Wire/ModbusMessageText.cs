using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Describes requests and replies for a trace. Numbers of registers and bits are those on the wire, from 0. Modbus has no secrets. Pure.
/// </summary>
internal static class ModbusMessageText
{
    private const int MaxValues = 8;

    /// <summary>Describes a frame of Modbus TCP.</summary>
    public static string OfTcp(WireMessage message)
    {
        var frame = message.Bytes;
        if (frame.Length <= Mbap.Size) throw new FormatException("shorter than the header of Modbus TCP");
        if (Mbap.ProtocolId(frame) != 0) throw new FormatException($"protocol id {Mbap.ProtocolId(frame)} instead of 0");
        var id = Mbap.TransactionId(frame);
        return Describe(message, frame[Mbap.Size..], Mbap.Unit(frame), id, $", transaction {id}");
    }

    /// <summary>Describes a frame of Modbus RTU.</summary>
    public static string OfRtu(WireMessage message) => DescribeRtu(message, message.Bytes);

    /// <summary>Describes a line of Modbus ASCII.</summary>
    public static string OfAscii(WireMessage message)
    {
        Span<byte> frame = stackalloc byte[AsciiLine.MaxChars];
        var length = AsciiLine.Decode(message.Bytes.TrimEnd("\r\n"u8), frame);
        if (length == 0) throw new FormatException("no line of Modbus ASCII, or its LRC is wrong");
        return DescribeRtu(message, frame[..length]);
    }

    private static string DescribeRtu(WireMessage message, ReadOnlySpan<byte> frame)
    {
        if (frame.Length <= 1 + RtuChecksum.Bytes) throw new FormatException("shorter than a frame");
        if (!RtuChecksum.IsRight(frame)) throw new FormatException("the checksum is wrong");
        return Describe(message, frame[1..^RtuChecksum.Bytes], frame[0], 0, "");
    }

    private static string Describe(WireMessage message, ReadOnlySpan<byte> pdu, byte unit, int key, string id)
    {
        if (message.IsSent)
        {
            if (unit != 0 || id.Length > 0) message.Asks(key);
            return $"{Request(pdu)}, unit {unit}{id}";
        }

        var request = message.Answers(key);
        var subject = request is null ? $"reply of unit {unit}{id}" : $"reply to {request}";
        var function = pdu[0] & ~ReplyPdu.ExceptionFlag;
        if ((pdu[0] & ReplyPdu.ExceptionFlag) != 0)
            return $"{subject}: refused, exception {pdu[1]:X2}, {ReplyFault.Exception(pdu[1]).Reason}";
        return $"{subject}: {Data((FunctionCode)function, pdu[1..])}";
    }

    private static string Request(ReadOnlySpan<byte> pdu) => (FunctionCode)pdu[0] switch
    {
        FunctionCode.ReadCoils => $"read coils {Range(pdu)}",
        FunctionCode.ReadDiscreteInputs => $"read discrete inputs {Range(pdu)}",
        FunctionCode.ReadHoldingRegisters => $"read holding registers {Range(pdu)}",
        FunctionCode.ReadInputRegisters => $"read input registers {Range(pdu)}",
        FunctionCode.WriteSingleCoil => $"write coil {Word(pdu, 1)}: {(Word(pdu, 3) == 0 ? "off" : "on")}",
        FunctionCode.WriteSingleRegister => $"write holding register {Word(pdu, 1)}: {Word(pdu, 3)}",
        FunctionCode.WriteMultipleCoils => $"write coils {Range(pdu)}",
        FunctionCode.WriteMultipleRegisters => $"write holding registers {Range(pdu)}: {Values(pdu[6..])}",
        FunctionCode.MaskWriteRegister => $"mask holding register {Word(pdu, 1)}: and {Word(pdu, 3):X4}, or {Word(pdu, 5):X4}",
        FunctionCode.EncapsulatedInterface => "read device identification",
        _ => $"function {pdu[0]:X2}",
    };

    private static string Data(FunctionCode function, ReadOnlySpan<byte> data) => function switch
    {
        FunctionCode.ReadHoldingRegisters or FunctionCode.ReadInputRegisters => $"{data[0]} bytes: {Values(data[1..])}",
        FunctionCode.ReadCoils or FunctionCode.ReadDiscreteInputs => $"{data[0]} bytes of bits",
        FunctionCode.EncapsulatedInterface => "identification",
        FunctionCode.WriteSingleCoil or FunctionCode.WriteSingleRegister or FunctionCode.WriteMultipleCoils
            or FunctionCode.WriteMultipleRegisters or FunctionCode.MaskWriteRegister => "done",
        _ => $"function {(byte)function:X2}, {data.Length} bytes",
    };

    private static string Range(ReadOnlySpan<byte> pdu) =>
        Word(pdu, 3) == 1 ? $"{Word(pdu, 1)}" : $"{Word(pdu, 1)}..{Word(pdu, 1) + Word(pdu, 3) - 1}";

    private static string Values(ReadOnlySpan<byte> bytes)
    {
        var shown = new List<string>();
        for (var i = 0; i + 1 < bytes.Length && shown.Count < MaxValues; i += 2) shown.Add($"{Word(bytes, i)}");
        return string.Join(' ', shown) + (bytes.Length > 2 * MaxValues ? " …" : "");
    }

    private static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
