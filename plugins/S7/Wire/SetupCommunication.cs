using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// The limits of a connection, and the job that negotiates them: Setup Communication (F0), the first job of a connection, as in Wireshark's
/// dissector packet-s7comm. The driver states its limits, the CPU replies with its own, and the lower ones apply. Immutable.
/// <code>
/// parameters  F0  reserved 1  jobs calling 2  jobs called 2  PDU length 2
/// </code>
/// </summary>
/// <param name="PduSize">Bytes of the longest PDU, including its header.</param>
/// <param name="Jobs">Most requests in flight.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SetupCommunication(int PduSize, int Jobs)
{
    /// <summary>Largest PDU in bytes that any CPU grants.</summary>
    public const int MaxPdu = 960;

    /// <summary>
    /// Smallest PDU in bytes that the driver accepts; with it a write carries 36 bytes, enough for every single value but a long text.
    /// </summary>
    public const int MinPdu = 64;

    /// <summary>Bytes of the request packet.</summary>
    public const int RequestBytes = CotpData.PduStart + S7Header.JobSize + Parameters;

    private const byte Function = 0xF0;
    private const int Parameters = 8;

    /// <summary>Writes the request packet; its PDU reference is stamped when it is sent.</summary>
    public void Write(Span<byte> packet)
    {
        var at = packet[(S7Header.WriteJob(packet, Parameters) - Parameters)..];
        at[0] = Function;
        at[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)Jobs);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)Jobs);
        BinaryPrimitives.WriteUInt16BigEndian(at[6..], (ushort)PduSize);
    }

    /// <summary>Parses the CPU's reply and returns the limits of the connection: the lower ones of request and reply.</summary>
    /// <exception cref="LinkException">The CPU refuses, its reply is malformed, or it grants a PDU size outside the limits.</exception>
    public SetupCommunication ParseReply(ReadOnlySpan<byte> pdu)
    {
        if (!S7Header.IsAnswer(pdu)) throw new FrameException("the answer to setup communication is not an acknowledgement", pdu);
        if (S7Header.Check(pdu, Function, out var parameters, out _) is { } fault)
            throw new LinkException($"the CPU refuses to set up communication: {fault.Reason}");
        if (parameters.Length != Parameters) throw new FrameException("the answer to setup communication has another length", pdu);
        var jobs = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(parameters[2..]), BinaryPrimitives.ReadUInt16BigEndian(parameters[4..]));
        var size = BinaryPrimitives.ReadUInt16BigEndian(parameters[6..]);
        if (size < MinPdu || size > PduSize)
            throw new LinkException($"the CPU grants PDUs of {size} bytes, expected {MinPdu} to the {PduSize} asked for");
        return new SetupCommunication(size, Math.Clamp(jobs, 1, Jobs));
    }
}
