using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Writes the requests and checks the replies of Write Single Coil (05), Write Single Register (06), Write Multiple Coils (15), Write
/// Multiple Registers (16) and Mask Write Register (22); Application Protocol V1.1b3, clauses 6.5, 6.6, 6.11, 6.12 and 6.16. Pure.
/// <code>
/// 05  address 2  value 2 (FF00 on, 0000 off)
/// 06  address 2  value 2
/// 0F  start 2  quantity 2 (1 to 1968)  byte count 1  bits, the first in bit 0 of the first byte
/// 10  start 2  quantity 2 (1 to 123)   byte count 1  registers, 2 bytes each, big-endian
/// 16  address 2  AND mask 2  OR mask 2
/// </code>
/// A reply repeats the function code and the four bytes after it, that of 16 hex the six bytes. The methods that write a request return
/// the length of its frame.
/// </summary>
internal static class ModbusWriteRequest
{
    /// <summary>Most coils in one request.</summary>
    public const int MaxCoils = 1968;

    /// <summary>Most registers in one request.</summary>
    public const int MaxRegisters = 123;

    private const ushort On = 0xFF00;
    private const int RepeatedBytes = 4;
    private const int MaskBytes = 6;

    public static int WriteCoil(Span<byte> frame, byte unit, ushort address, bool value, ModbusFrame format) =>
        Write(frame, unit, FunctionCode.WriteSingleCoil, address, value ? On : (ushort)0, dataBytes: 0, format);

    public static int WriteRegister(Span<byte> frame, byte unit, ushort address, ushort value, ModbusFrame format) =>
        Write(frame, unit, FunctionCode.WriteSingleRegister, address, value, dataBytes: 0, format);

    /// <summary>
    /// Writes the request that sets a register to (register AND <paramref name="and"/>) OR (<paramref name="or"/> AND NOT and).
    /// </summary>
    public static int MaskWrite(Span<byte> frame, byte unit, ushort address, ushort and, ushort or, ModbusFrame format)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame[(format.HeadBytes + 1 + RepeatedBytes)..], or);
        return Write(frame, unit, FunctionCode.MaskWriteRegister, address, and, dataBytes: 2, format);
    }

    public static int WriteCoils(Span<byte> frame, byte unit, ushort start, ReadOnlySpan<bool> values, ModbusFrame format)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, MaxCoils, nameof(values));
        var bytes = (values.Length + 7) / 8;
        var bits = Data(frame, bytes, format);
        bits.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i]) bits[i / 8] |= (byte)(1 << (i % 8));
        }

        return Write(frame, unit, FunctionCode.WriteMultipleCoils, start, (ushort)values.Length, 1 + bytes, format);
    }

    public static int WriteRegisters(Span<byte> frame, byte unit, ushort start, ReadOnlySpan<ushort> values, ModbusFrame format)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, MaxRegisters, nameof(values));
        var registers = Data(frame, 2 * values.Length, format);
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(registers[(2 * i)..], values[i]);
        return Write(frame, unit, FunctionCode.WriteMultipleRegisters, start, (ushort)values.Length, 1 + registers.Length, format);
    }

    /// <summary>
    /// Checks that a reply frame confirms <paramref name="request"/>, the frame that was sent. Returns the fault, or null if it does.
    /// </summary>
    public static ReplyFault? CheckReply(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request, ModbusDialect dialect)
    {
        var sent = dialect.Frame.Pdu(request);
        var function = (FunctionCode)sent[0];
        if (ReplyPdu.Check(frame, dialect.Frame.Unit(request), function, dialect, out var data) is { } fault) return fault;
        var repeated = function == FunctionCode.MaskWriteRegister ? MaskBytes : RepeatedBytes;
        if (data.Length != repeated) return ReplyFault.OtherLength;
        return data.SequenceEqual(sent.Slice(1, repeated)) ? null : ReplyFault.OtherEcho;
    }

    private static int Write(
        Span<byte> frame, byte unit, FunctionCode function, ushort start, ushort valueOrQuantity, int dataBytes, ModbusFrame format)
    {
        var pdu = frame[format.HeadBytes..];
        pdu[0] = (byte)function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], valueOrQuantity);
        return format.Finish(frame, unit, 1 + RepeatedBytes + dataBytes);
    }

    // Writes the byte count and returns the bytes after it.
    private static Span<byte> Data(Span<byte> frame, int bytes, ModbusFrame format)
    {
        var data = frame[(format.HeadBytes + 1 + RepeatedBytes)..];
        data[0] = (byte)bytes;
        return data.Slice(1, bytes);
    }
}
