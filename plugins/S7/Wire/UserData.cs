using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes info requests about the CPU itself (user data, PDU kind 7) and parses their replies, as in Wireshark's dissector packet-s7comm. A
/// value of this type says whether a reply continues. Immutable.
/// <code>
/// request   parameters 00 01 12  04  11  40 + group  function  00
/// continue  parameters 00 01 12  08  12  40 + group  function  sequence  00 00  00 00
/// answer    parameters 00 01 12  08  12  80 + group  function  sequence  data unit 1  last 1 (0 = no more)  error 2
/// data      return code 1 (FF = good, 0A = none)  transport size 1 (09)  length 2 (bytes)  bytes
/// </code>
/// </summary>
/// <param name="Sequence">Number to repeat in the request for the next part.</param>
/// <param name="IsLast">False if the reply continues.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UserData(byte Sequence, bool IsLast)
{
    public const byte Blocks = 3;
    public const byte SystemStatus = 4;

    /// <summary>Most bytes of a request packet in addition to the parameters of its function.</summary>
    public const int Overhead = CotpData.PduStart + S7Header.JobSize + LongParameters + DataHead;

    private const int ShortParameters = 8;
    private const int LongParameters = 12;
    private const int DataHead = 4;
    private const byte Good = 0xFF;
    private const byte None = 0x0A;
    private const byte Octets = 9;

    /// <summary>Writes a request packet and returns its length.</summary>
    public static int Write(Span<byte> packet, byte group, byte function, ReadOnlySpan<byte> bytes)
    {
        var length = S7Header.WriteUserData(packet, ShortParameters, DataHead + bytes.Length);
        var at = packet[(CotpData.PduStart + S7Header.JobSize)..];
        ((ReadOnlySpan<byte>)[0, 1, 0x12, 4, 0x11, (byte)(0x40 | group), function, 0]).CopyTo(at);
        WriteData(at[ShortParameters..], bytes);
        return length;
    }

    /// <summary>Writes the request packet for the next part of a reply and returns its length.</summary>
    public static int WriteContinue(Span<byte> packet, byte group, byte function, byte sequence)
    {
        var length = S7Header.WriteUserData(packet, LongParameters, DataHead);
        var at = packet[(CotpData.PduStart + S7Header.JobSize)..];
        ((ReadOnlySpan<byte>)[0, 1, 0x12, 8, 0x12, (byte)(0x40 | group), function, sequence, 0, 0, 0, 0]).CopyTo(at);
        WriteData(at[LongParameters..], []);
        return length;
    }

    /// <summary>True for the parameters of a reply; false for a message that the CPU sends unasked.</summary>
    public static bool IsResponse(ReadOnlySpan<byte> parameters) =>
        parameters.Length >= LongParameters && parameters.StartsWith((ReadOnlySpan<byte>)[0, 1, 0x12]) && parameters[5] >> 4 == 8;

    /// <summary>Checks a reply. Returns null and its bytes, or the fault.</summary>
    public static S7Fault? Read(ReadOnlySpan<byte> pdu, byte group, byte function, out UserData answer, out ReadOnlySpan<byte> bytes)
    {
        answer = default;
        bytes = default;
        if (S7Header.CheckUserData(pdu, out var parameters, out var data) is { } fault) return fault;
        if (parameters.Length != LongParameters || data.Length < DataHead) return S7Fault.OtherLength;
        if (parameters[5] != (0x80 | group) || parameters[6] != function) return S7Fault.OtherFunction;
        if (BinaryPrimitives.ReadUInt16BigEndian(parameters[10..]) is var error and not 0) return S7Fault.UserDataError(error);
        if (data[0] != Good) return S7Fault.Item(data[0]);
        if (BinaryPrimitives.ReadUInt16BigEndian(data[2..]) != data.Length - DataHead) return S7Fault.OtherLength;
        answer = new UserData(parameters[7], parameters[9] == 0);
        bytes = data[DataHead..];
        return null;
    }

    private static void WriteData(Span<byte> data, ReadOnlySpan<byte> bytes)
    {
        data[0] = bytes.IsEmpty ? None : Good;
        data[1] = bytes.IsEmpty ? (byte)0 : Octets;
        BinaryPrimitives.WriteUInt16BigEndian(data[2..], (ushort)bytes.Length);
        bytes.CopyTo(data[DataHead..]);
    }
}
