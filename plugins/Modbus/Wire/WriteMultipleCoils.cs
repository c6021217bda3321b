using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Write Multiple Coils (15), Application Protocol V1.1b3, clause 6.11:
/// <code>
/// request  0F  start 2  quantity 2 (1 to 1968)  byte count 1  bits, the first in bit 0 of the first byte
/// reply    0F  start 2  quantity 2
/// </code>
/// </summary>
internal static class WriteMultipleCoils
{
    /// <summary>Most coils in one request.</summary>
    public const int Most = 1968;

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, ushort start, ReadOnlySpan<bool> values)
    {
        var pdu = frame[Mbap.Size..];
        var bytes = (values.Length + 7) / 8;
        pdu[0] = (byte)FunctionCode.WriteMultipleCoils;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)values.Length);
        pdu[5] = (byte)bytes;
        pdu.Slice(6, bytes).Clear();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i]) pdu[6 + (i / 8)] |= (byte)(1 << (i % 8));
        }

        return Mbap.Write(frame, unit, 6 + bytes);
    }

    /// <summary>Null when the reply confirms <paramref name="request"/>, the frame that was sent.</summary>
    public static ReplyFault? Parse(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request) =>
        WriteEcho.Check(frame, request, FunctionCode.WriteMultipleCoils);
}
