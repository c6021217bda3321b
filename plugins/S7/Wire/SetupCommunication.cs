using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Setup communication (F0), the first job of a connection: both ends name their limits and the lower ones hold.
/// <code>
/// parameters  F0  reserved 1  jobs calling 2  jobs called 2  PDU length 2
/// </code>
/// </summary>
/// <param name="PduSize">Bytes of the longest PDU, from its header on.</param>
/// <param name="Jobs">Jobs that may wait for their answers at once.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SetupCommunication(int PduSize, int Jobs)
{
    /// <summary>Largest PDU of any CPU.</summary>
    public const int MostPdu = 960;

    /// <summary>A smaller PDU could not carry a long number.</summary>
    public const int LeastPdu = 64;

    public const int RequestBytes = CotpData.PduStart + S7Header.JobSize + Parameters;

    private const byte Function = 0xF0;
    private const int Parameters = 8;

    public void Write(Span<byte> packet)
    {
        var at = packet[(S7Header.WriteJob(packet, Parameters) - Parameters)..];
        at[0] = Function;
        at[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)Jobs);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)Jobs);
        BinaryPrimitives.WriteUInt16BigEndian(at[6..], (ushort)PduSize);
    }

    /// <summary>What holds after the CPU's answer to this.</summary>
    /// <exception cref="LinkException">The CPU refuses, or its answer cannot hold.</exception>
    public SetupCommunication Agreed(ReadOnlySpan<byte> pdu)
    {
        if (!S7Header.IsAnswer(pdu)) throw new FrameException("the answer to setup communication is none", pdu);
        if (S7Header.Check(pdu, Function, out var parameters, out _) is { } fault)
            throw new LinkException($"the CPU refuses to set up communication: {fault.Reason}");
        if (parameters.Length != Parameters) throw new FrameException("the answer to setup communication has another length", pdu);
        var jobs = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(parameters[2..]), BinaryPrimitives.ReadUInt16BigEndian(parameters[4..]));
        var size = BinaryPrimitives.ReadUInt16BigEndian(parameters[6..]);
        if (size < LeastPdu || size > PduSize)
            throw new LinkException($"the CPU grants PDUs of {size} bytes, expected {LeastPdu} to the {PduSize} asked for");
        return new SetupCommunication(size, Math.Clamp(jobs, 1, Jobs));
    }
}
