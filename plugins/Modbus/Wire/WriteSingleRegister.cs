using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Write Single Register (06), Application Protocol V1.1b3, clause 6.6:
/// <code>
/// request  06  address 2  value 2
/// reply    the same
/// </code>
/// </summary>
internal static class WriteSingleRegister
{
    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, ushort address, ushort value)
    {
        var pdu = frame[Mbap.Size..];
        pdu[0] = (byte)FunctionCode.WriteSingleRegister;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], value);
        return Mbap.Write(frame, unit, pduLength: 5);
    }

    /// <summary>Null when the reply confirms <paramref name="request"/>, the frame that was sent.</summary>
    public static ReplyFault? Parse(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request) =>
        WriteEcho.Check(frame, request, FunctionCode.WriteSingleRegister);
}
