using System.Buffers.Binary;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes requests to write one item (Write Var, 05) and checks their replies, as in Wireshark's dissector packet-s7comm. Pure.
/// <code>
/// request  parameters 05  item count 1 (1)  item of 12 bytes (<see cref="VarItem"/>)
///          data 0  transport size 1  length 2  bytes
/// answer   parameters 05  item count 1 (1);  data return code 1 (FF = good)
/// </code>
/// The length counts bits when the transport size is 3 (a bit) or 4 (bytes), and bytes when it is 9 (timers and counters).
/// </summary>
internal static class WriteVar
{
    /// <summary>Bytes of a request packet before the bytes to write.</summary>
    public const int Overhead = CotpData.PduStart + S7Header.JobSize + ParameterBytes + ItemHead;

    private const byte Function = 5;
    private const int ParameterHead = 2;
    private const int ParameterBytes = ParameterHead + VarItem.Size;
    private const int ItemHead = 4;
    private const byte Good = 0xFF;
    private const byte Bit = 3;
    private const byte Bits = 4;
    private const byte Octets = 9;

    /// <summary>Returns the most bytes that one request can write.</summary>
    public static int MaxBytes(int pduSize) => pduSize + CotpData.PduStart - Overhead;

    /// <summary>
    /// Writes the headers of a request packet and returns its length. The caller has put the bytes to write at <see cref="Overhead"/>.
    /// </summary>
    public static int Write(Span<byte> packet, S7Area area, int block, int start, int bytes)
    {
        var isNumbered = area is S7Area.Timer or S7Area.Counter;
        VarItem.Write(Head(packet, bytes, isNumbered ? Octets : Bits, isNumbered ? bytes : 8 * bytes), area, block, start, bytes);
        return Overhead + bytes;
    }

    /// <summary>
    /// Writes the headers of a request packet for one bit and returns its length. The caller has put a byte with the
    /// bit at <see cref="Overhead"/>.
    /// </summary>
    public static int WriteBit(Span<byte> packet, S7Area area, int block, int start, int bit)
    {
        VarItem.WriteBit(Head(packet, 1, Bit, 1), area, block, start, bit);
        return Overhead + 1;
    }

    /// <summary>Checks a reply. Returns null if the CPU has accepted the bytes, else the fault.</summary>
    public static S7Fault? Check(ReadOnlySpan<byte> pdu)
    {
        if (S7Header.Check(pdu, Function, out var parameters, out var data) is { } fault) return fault;
        if (parameters.Length != ParameterHead) return S7Fault.OtherLength;
        if (parameters[1] != 1 || data.Length != 1) return S7Fault.OtherCount;
        return data[0] == Good ? null : S7Fault.Item(data[0]);
    }

    private static Span<byte> Head(Span<byte> packet, int bytes, byte transportSize, int length)
    {
        S7Header.WriteJob(packet, ParameterBytes, ItemHead + bytes);
        var parameters = packet[(CotpData.PduStart + S7Header.JobSize)..];
        parameters[0] = Function;
        parameters[1] = 1;
        var data = parameters[ParameterBytes..];
        data[0] = 0;
        data[1] = transportSize;
        BinaryPrimitives.WriteUInt16BigEndian(data[2..], (ushort)length);
        return parameters[ParameterHead..];
    }
}
