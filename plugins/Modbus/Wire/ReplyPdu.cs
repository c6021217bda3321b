namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Checks the part that all replies have in common (Application Protocol V1.1b3, clause 4.1; clause 7 for exceptions). Pure.
/// <code>
/// function         data …            as requested
/// function | 0x80  exception code    1 byte
/// </code>
/// A client must check all of it before it uses the data (Messaging on TCP/IP V1.0b, clause 4.4.1).
/// </summary>
internal static class ReplyPdu
{
    public const byte ExceptionFlag = 0x80;

    /// <summary>Checks the head and function code of a whole frame.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="unit">The requested unit.</param>
    /// <param name="function">The requested function.</param>
    /// <param name="dialect">The options of the device.</param>
    /// <param name="data">The bytes after the function code.</param>
    /// <returns>The fault, or null if the data can be used.</returns>
    public static ReplyFault? Check(
        ReadOnlySpan<byte> frame, byte unit, FunctionCode function, ModbusDialect dialect, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (dialect.Frame.CheckHead(frame) is { } wrong) return wrong;
        if (dialect.ChecksUnit && dialect.Frame.Unit(frame) != unit) return ReplyFault.OtherUnit(unit, dialect.Frame.Unit(frame));
        var pdu = dialect.Frame.Pdu(frame);
        if (pdu[0] == (byte)((byte)function | ExceptionFlag))
            return pdu.Length >= 2 && pdu[1] != 0 ? ReplyFault.Exception(pdu[1]) : ReplyFault.OtherLength;
        if (pdu[0] != (byte)function) return ReplyFault.OtherFunction;
        data = pdu[1..];
        return null;
    }
}
