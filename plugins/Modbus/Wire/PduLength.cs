namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Computes the length of a PDU from its function code and byte count (Application Protocol V1.1b3, clauses 6 and 7), where a frame does
/// not contain it or contains a wrong one. Pure.
/// </summary>
internal static class PduLength
{
    private const int ExceptionBytes = 2;
    private const int EchoBytes = 5;
    private const int MaskBytes = 7;

    /// <summary>Returns the length of a request that this driver wrote.</summary>
    public static int OfRequest(ReadOnlySpan<byte> pdu) => (FunctionCode)pdu[0] switch
    {
        FunctionCode.WriteMultipleCoils or FunctionCode.WriteMultipleRegisters => EchoBytes + 1 + pdu[EchoBytes],
        FunctionCode.MaskWriteRegister => MaskBytes,
        FunctionCode.EncapsulatedInterface => ReadDeviceIdentification.RequestBytes,
        _ => EchoBytes,
    };

    /// <summary>
    /// Returns the length of the reply that begins here, 0 if more bytes are needed to know it, or -1 if its function is none of this
    /// driver.
    /// </summary>
    public static int OfReply(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return 0;
        var isException = (start[0] & ReplyPdu.ExceptionFlag) != 0;
        switch ((FunctionCode)(start[0] & ~ReplyPdu.ExceptionFlag))
        {
            case FunctionCode.ReadCoils or FunctionCode.ReadDiscreteInputs
                or FunctionCode.ReadHoldingRegisters or FunctionCode.ReadInputRegisters:
                return isException ? ExceptionBytes : start.Length < 2 ? 0 : 2 + start[1];
            case FunctionCode.WriteSingleCoil or FunctionCode.WriteSingleRegister or FunctionCode.WriteMultipleCoils
                or FunctionCode.WriteMultipleRegisters:
                return isException ? ExceptionBytes : EchoBytes;
            case FunctionCode.MaskWriteRegister:
                return isException ? ExceptionBytes : MaskBytes;
            case FunctionCode.EncapsulatedInterface:
                return isException ? ExceptionBytes : ReadDeviceIdentification.ReplyLength(start);
            default:
                return -1;
        }
    }
}
