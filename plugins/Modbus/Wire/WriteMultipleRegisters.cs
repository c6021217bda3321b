using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Write Multiple Registers (16), Application Protocol V1.1b3, clause 6.12:
/// <code>
/// request  10  start 2  quantity 2 (1 to 123)  byte count 1  registers, 2 bytes each, big-endian
/// reply    10  start 2  quantity 2
/// </code>
/// </summary>
internal static class WriteMultipleRegisters
{
    /// <summary>Most registers in one request.</summary>
    public const int Most = 123;

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, ushort start, ReadOnlySpan<ushort> values)
    {
        var pdu = frame[Mbap.Size..];
        pdu[0] = (byte)FunctionCode.WriteMultipleRegisters;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)values.Length);
        pdu[5] = (byte)(2 * values.Length);
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(pdu[(6 + (2 * i))..], values[i]);
        return Mbap.Write(frame, unit, 6 + (2 * values.Length));
    }

    /// <summary>Null when the reply confirms <paramref name="request"/>, the frame that was sent.</summary>
    public static ReplyFault? Parse(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request) =>
        WriteEcho.Check(frame, request, FunctionCode.WriteMultipleRegisters);
}
