using System.Buffers.Binary;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes and checks the header of an S7 PDU (not published by Siemens; as in Wireshark's dissector packet-s7comm), big-endian. Pure.
/// <code>
/// 0   protocol          1 byte, 32
/// 1   kind              1 byte, 1 = job, 2 = acknowledgement, 3 = acknowledgement with data, 7 = user data
/// 2   reserved          2 bytes
/// 4   PDU reference     2 bytes, copied by the CPU
/// 6   parameter length  2 bytes
/// 8   data length       2 bytes
/// 10  error class, code 2 bytes, in acknowledgements only
/// </code>
/// </summary>
internal static class S7Header
{
    public const int JobSize = 10;
    public const int AckSize = 12;

    public const byte AckData = 3;

    private const byte Protocol = 0x32;
    private const byte Job = 1;
    private const byte Ack = 2;
    private const byte User = 7;

    /// <summary>Writes packet header, data TPDU and S7 header of a job; the PDU reference is stamped when the packet is sent.</summary>
    /// <returns>Bytes of the whole packet.</returns>
    public static int WriteJob(Span<byte> packet, int parameterLength, int dataLength = 0) =>
        Write(packet, Job, parameterLength, dataLength);

    /// <summary>Writes the same headers for user data, which carries info requests. Returns the length of the packet.</summary>
    public static int WriteUserData(Span<byte> packet, int parameterLength, int dataLength) =>
        Write(packet, User, parameterLength, dataLength);

    public static void Stamp(Span<byte> packet, ushort reference) =>
        BinaryPrimitives.WriteUInt16BigEndian(packet[(CotpData.PduStart + 4)..], reference);

    public static ushort Reference(ReadOnlySpan<byte> pdu) => BinaryPrimitives.ReadUInt16BigEndian(pdu[4..]);

    public static bool IsS7(ReadOnlySpan<byte> pdu) => pdu.Length >= JobSize && pdu[0] == Protocol;

    /// <summary>True for the reply to a job or an info request; other PDUs are messages that the CPU sends unasked.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> pdu) =>
        pdu.Length >= AckSize && (pdu[1] is Ack or AckData || (pdu[1] == User && UserData.IsResponse(pdu[JobSize..])));

    /// <summary>Checks the reply to a job. Returns null and its parameters and data, or the fault.</summary>
    public static S7Fault? Check(ReadOnlySpan<byte> pdu, byte function, out ReadOnlySpan<byte> parameters, out ReadOnlySpan<byte> data)
    {
        parameters = data = default;
        var parameterLength = BinaryPrimitives.ReadUInt16BigEndian(pdu[6..]);
        var dataLength = BinaryPrimitives.ReadUInt16BigEndian(pdu[8..]);
        if (pdu.Length != AckSize + parameterLength + dataLength) return S7Fault.OtherLength;
        if (pdu[10] != 0 || pdu[11] != 0) return S7Fault.Job(pdu[10], pdu[11]);
        parameters = pdu.Slice(AckSize, parameterLength);
        data = pdu[(AckSize + parameterLength)..];
        if (pdu[1] != AckData || parameters.IsEmpty || parameters[0] != function) return S7Fault.OtherFunction;
        return null;
    }

    /// <summary>Checks the lengths of the reply to an info request. Returns null and its parameters and data, or the fault.</summary>
    public static S7Fault? CheckUserData(ReadOnlySpan<byte> pdu, out ReadOnlySpan<byte> parameters, out ReadOnlySpan<byte> data)
    {
        parameters = data = default;
        if (pdu[1] != User) return Check(pdu, 0, out _, out _) ?? S7Fault.OtherFunction;
        var parameterLength = BinaryPrimitives.ReadUInt16BigEndian(pdu[6..]);
        var dataLength = BinaryPrimitives.ReadUInt16BigEndian(pdu[8..]);
        if (pdu.Length != JobSize + parameterLength + dataLength) return S7Fault.OtherLength;
        parameters = pdu.Slice(JobSize, parameterLength);
        data = pdu[(JobSize + parameterLength)..];
        return null;
    }

    private static int Write(Span<byte> packet, byte kind, int parameterLength, int dataLength)
    {
        var length = JobSize + parameterLength + dataLength;
        CotpData.Write(packet, length);
        var pdu = packet[CotpData.PduStart..];
        pdu[..JobSize].Clear();
        pdu[0] = Protocol;
        pdu[1] = kind;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[6..], (ushort)parameterLength);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[8..], (ushort)dataLength);
        return CotpData.PduStart + length;
    }
}
