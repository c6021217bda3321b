using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Puts a frame around a PDU and finds the unit id and the PDU in a frame. In both formats the unit id is the byte before the PDU. Pure.
/// </summary>
internal abstract class ModbusFrame
{
    /// <summary>Frames of Modbus TCP: an MBAP header before the PDU.</summary>
    public static readonly ModbusFrame Tcp = new TcpFrame();

    /// <summary>Frames of Modbus RTU: the unit id before the PDU and a checksum behind it.</summary>
    public static readonly ModbusFrame Rtu = new RtuFrame();

    /// <summary>Bytes before the PDU, the unit id included.</summary>
    public abstract int HeadBytes { get; }

    /// <summary>Bytes behind the PDU.</summary>
    public abstract int TailBytes { get; }

    /// <summary>Completes a frame whose PDU is in its place already. Returns the length of the frame.</summary>
    public abstract int Finish(Span<byte> frame, byte unit, int pduLength);

    /// <summary>Returns the fault of a reply whose head shows that it is not a Modbus frame; null if it is one.</summary>
    public abstract ReplyFault? CheckHead(ReadOnlySpan<byte> frame);

    public byte Unit(ReadOnlySpan<byte> frame) => frame[HeadBytes - 1];

    public ReadOnlySpan<byte> Pdu(ReadOnlySpan<byte> frame) => frame[HeadBytes..^TailBytes];

    private sealed class TcpFrame : ModbusFrame
    {
        public override int HeadBytes => Mbap.Size;

        public override int TailBytes => 0;

        public override int Finish(Span<byte> frame, byte unit, int pduLength) => Mbap.Write(frame, unit, pduLength);

        public override ReplyFault? CheckHead(ReadOnlySpan<byte> frame) => Mbap.ProtocolId(frame) == 0 ? null : ReplyFault.OtherProtocol;
    }

    private sealed class RtuFrame : ModbusFrame
    {
        public override int HeadBytes => 1;

        public override int TailBytes => RtuChecksum.Bytes;

        public override int Finish(Span<byte> frame, byte unit, int pduLength)
        {
            frame[0] = unit;
            BinaryPrimitives.WriteUInt16LittleEndian(frame[(1 + pduLength)..], RtuChecksum.Compute(frame[..(1 + pduLength)]));
            return 1 + pduLength + RtuChecksum.Bytes;
        }

        public override ReplyFault? CheckHead(ReadOnlySpan<byte> frame) => null;
    }
}

/// <summary>
/// Computes the checksum of RTU frames, a CRC-16 with the polynomial A001, sent with its low byte first (MODBUS over Serial Line V1.02,
/// clause 2.5.1.2). Pure.
/// </summary>
internal static class RtuChecksum
{
    public const int Bytes = 2;

    private const ushort Polynomial = 0xA001;

    public static ushort Compute(ReadOnlySpan<byte> bytes)
    {
        ushort crc = 0xFFFF;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (ushort)(crc >> 1 ^ Polynomial) : (ushort)(crc >> 1);
        }

        return crc;
    }

    /// <summary>Returns true if the last two bytes of a frame are the checksum of the others.</summary>
    public static bool IsRight(ReadOnlySpan<byte> frame) =>
        frame.Length > Bytes && BinaryPrimitives.ReadUInt16LittleEndian(frame[^Bytes..]) == Compute(frame[..^Bytes]);
}
