using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Read Coils (01) and Read Discrete Inputs (02), Application Protocol V1.1b3, clauses 6.1 and 6.2:
/// <code>
/// request  function  start 2  quantity 2 (1 to 2000)
/// reply    function  byte count 1 (quantity / 8, rounded up)  bits, the first in bit 0 of the first byte
/// </code>
/// </summary>
internal static class ReadBits
{
    /// <summary>Most bits in one request.</summary>
    public const int Most = 2000;

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, FunctionCode function, ushort start, ushort quantity)
    {
        var pdu = frame[Mbap.Size..];
        pdu[0] = (byte)function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], quantity);
        return Mbap.Write(frame, unit, pduLength: 5);
    }

    /// <summary>Reads a reply frame: the packed bits, or why there are none.</summary>
    public static ReplyFault? Parse(
        ReadOnlySpan<byte> frame, byte unit, FunctionCode function, int quantity, out ReadOnlySpan<byte> bits)
    {
        bits = default;
        if (Reply.Check(frame, unit, function, out var data) is { } fault) return fault;
        if (data.Length != 1 + ((quantity + 7) / 8) || data[0] != data.Length - 1) return ReplyFault.OtherLength;
        bits = data[1..];
        return null;
    }
}
