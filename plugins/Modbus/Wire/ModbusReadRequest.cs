using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Writes the requests and parses the replies of Read Coils (01), Read Discrete Inputs (02), Read Holding Registers (03) and Read Input
/// Registers (04); Application Protocol V1.1b3, clauses 6.1 to 6.4. Pure.
/// <code>
/// request     function  start 2  quantity 2 (1 to 2000 bits or 125 registers)
/// reply 1, 2  function  byte count 1 (quantity / 8, rounded up)  bits, the first in bit 0 of the first byte
/// reply 3, 4  function  byte count 1 (2 x quantity)  registers, 2 bytes each, big-endian
/// </code>
/// </summary>
internal static class ModbusReadRequest
{
    /// <summary>Most bits in one request.</summary>
    public const int MaxBits = 2000;

    /// <summary>Most registers in one request.</summary>
    public const int MaxRegisters = 125;

    private const int PduBytes = 5;

    /// <summary>Returns the bytes of a request frame, the same for all four functions.</summary>
    public static int FrameBytes(ModbusFrame frame) => frame.HeadBytes + PduBytes + frame.TailBytes;

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, FunctionCode function, ushort start, ushort quantity, ModbusDialect dialect)
    {
        var pdu = frame[dialect.Frame.HeadBytes..];
        pdu[0] = (byte)function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], quantity);
        return dialect.Frame.Finish(frame, unit, PduBytes);
    }

    /// <summary>Parses a reply frame. Returns null and the bytes of the bits or registers, or the fault.</summary>
    public static ReplyFault? ParseReply(
        ReadOnlySpan<byte> frame, byte unit, FunctionCode function, int quantity, ModbusDialect dialect, out ReadOnlySpan<byte> values)
    {
        values = default;
        if (ReplyPdu.Check(frame, unit, function, dialect, out var data) is { } fault) return fault;
        var isBits = function is FunctionCode.ReadCoils or FunctionCode.ReadDiscreteInputs;
        var bytes = isBits ? (quantity + 7) / 8 : dialect.RegisterBytes * quantity;
        if (data.IsEmpty || data.Length != 1 + data[0]) return ReplyFault.OtherLength;
        if (data[0] != bytes) return ReplyFault.OtherByteCount((byte)bytes, data[0], isBits);
        values = data[1..];
        return null;
    }
}
