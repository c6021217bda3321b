namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// What all replies have in common (Application Protocol V1.1b3, clause 4.1; clause 7 for exceptions):
/// <code>
/// function         data …            as it was asked
/// function | 0x80  exception code    1 byte
/// </code>
/// A client has to check all of it before it believes the data (Messaging on TCP/IP V1.0b, clause 4.4.1).
/// </summary>
internal static class Reply
{
    private const byte ExceptionFlag = 0x80;

    /// <summary>Checks header and function of a whole frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="unit">Unit that was asked.</param>
    /// <param name="function">Function that was asked.</param>
    /// <param name="data">What follows the function code.</param>
    /// <returns>Why it cannot be used, or null.</returns>
    public static ReplyFault? Check(ReadOnlySpan<byte> frame, byte unit, FunctionCode function, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (Mbap.ProtocolId(frame) != 0) return ReplyFault.OtherProtocol;
        if (Mbap.Unit(frame) != unit) return ReplyFault.OtherUnit;
        var pdu = frame[Mbap.Size..];
        if (pdu[0] == (byte)((byte)function | ExceptionFlag))
            return pdu.Length == 2 && pdu[1] != 0 ? ReplyFault.Exception(pdu[1]) : ReplyFault.OtherLength;
        if (pdu[0] != (byte)function) return ReplyFault.OtherFunction;
        data = pdu[1..];
        return null;
    }
}
