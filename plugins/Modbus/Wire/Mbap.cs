using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Writes and reads the MBAP header of Modbus TCP (Messaging on TCP/IP V1.0b, clause 3.1.3), all big-endian. Pure.
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
    /// <summary>Bytes of the header including the unit id.</summary>
    public const int Size = 7;

    /// <summary>Bytes of the longest frame: header and a PDU of 253 bytes (Application Protocol V1.1b3, clause 4.1).</summary>
    public const int MaxBytes = Size + MaxPdu;

    private const int MaxPdu = 253;
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

    /// <summary>Returns the length field: the number of bytes behind it.</summary>
    public static int Length(ReadOnlySpan<byte> start) => BinaryPrimitives.ReadUInt16BigEndian(start[4..]);

    /// <summary>
    /// Returns the whole length in bytes that the header declares for its frame, or 0 if its length field has a value that Modbus does not
    /// allow.
    /// </summary>
    public static int DeclaredLength(ReadOnlySpan<byte> start) => Length(start) is var length and >= 2 and <= 1 + MaxPdu
        ? LengthEnd + length : 0;
}
