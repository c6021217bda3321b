using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Read Holding Registers (03) and Read Input Registers (04), Application Protocol V1.1b3, clauses 6.3 and 6.4:
/// <code>
/// request  function  start 2  quantity 2 (1 to 125)
/// reply    function  byte count 1 (2 x quantity)  registers, 2 bytes each, big-endian
/// </code>
/// </summary>
internal static class ReadRegisters
{
    /// <summary>Most registers in one request.</summary>
    public const int Most = 125;

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, FunctionCode function, ushort start, ushort quantity)
    {
        var pdu = frame[Mbap.Size..];
        pdu[0] = (byte)function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], quantity);
        return Mbap.Write(frame, unit, pduLength: 5);
    }

    /// <summary>Reads a reply frame: the registers' bytes, or why there are none.</summary>
    public static ReplyFault? Parse(
        ReadOnlySpan<byte> frame, byte unit, FunctionCode function, int quantity, out ReadOnlySpan<byte> registers)
    {
        registers = default;
        if (Reply.Check(frame, unit, function, out var data) is { } fault) return fault;
        if (data.Length != 1 + (2 * quantity) || data[0] != data.Length - 1) return ReplyFault.OtherLength;
        registers = data[1..];
        return null;
    }
}
