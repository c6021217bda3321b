using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Write Single Coil (05), Application Protocol V1.1b3, clause 6.5:
/// <code>
/// request  05  address 2  value 2 (FF00 on, 0000 off)
/// reply    the same
/// </code>
/// </summary>
internal static class WriteSingleCoil
{
    private const ushort On = 0xFF00;

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, ushort address, bool value)
    {
        var pdu = frame[Mbap.Size..];
        pdu[0] = (byte)FunctionCode.WriteSingleCoil;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], value ? On : (ushort)0);
        return Mbap.Write(frame, unit, pduLength: 5);
    }

    /// <summary>Null when the reply confirms <paramref name="request"/>, the frame that was sent.</summary>
    public static ReplyFault? Parse(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request) =>
        WriteEcho.Check(frame, request, FunctionCode.WriteSingleCoil);
}
