using System.Buffers.Binary;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// The header of Modbus on TCP (Messaging on TCP/IP V1.0b, clause 3.1.3), all big-endian:
/// <code>
/// 0  transaction id  2 bytes, copied by the server
/// 2  protocol id     2 bytes, 0 = Modbus
/// 4  length          2 bytes, of what follows: unit id and PDU
/// 6  unit id         1 byte
/// 7  PDU             1 to 253 bytes, the first of them the function code
/// </code>
/// </summary>
internal static class Mbap
{
    /// <summary>Bytes of the header, the unit id included.</summary>
    public const int Size = 7;

    /// <summary>Longest frame: header and a PDU of 253 bytes (Application Protocol V1.1b3, clause 4.1).</summary>
    public const int MostBytes = Size + MostPdu;

    private const int MostPdu = 253;
    private const int LengthEnd = 6;

    /// <summary>Writes a header with transaction id 0 before a PDU; the id is stamped when the frame is sent.</summary>
    /// <returns>Bytes of the whole frame.</returns>
    public static int Write(Span<byte> frame, byte unit, int pduLength)
    {
        frame[..4].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], (ushort)(1 + pduLength));
        frame[6] = unit;
        return Size + pduLength;
    }

    public static void Stamp(Span<byte> frame, ushort transactionId) => BinaryPrimitives.WriteUInt16BigEndian(frame, transactionId);

    public static ushort TransactionId(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame);

    public static ushort ProtocolId(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[2..]);

    public static byte Unit(ReadOnlySpan<byte> frame) => frame[6];

    /// <summary>Whole length of the frame that begins here, or 0 when its length is not there yet.</summary>
    /// <exception cref="FrameException">The length is none that Modbus allows.</exception>
    public static int FrameLength(ReadOnlySpan<byte> start)
    {
        if (start.Length < LengthEnd) return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(start[4..]);
        if (length is >= 2 and <= 1 + MostPdu) return LengthEnd + length;
        throw new FrameException($"a Modbus frame that says it has {length} bytes after its length, expected 2 to {1 + MostPdu}", start);
    }
}
