using System.Buffers.Binary;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes and checks the header of a packet of ISO transport on TCP (RFC 1006, clause 6). Pure.
/// <code>
/// 0  version   1 byte, 3
/// 1  reserved  1 byte
/// 2  length    2 bytes, big-endian, of the whole packet
/// 4  TPDU      of ISO 8073: length of its header without this byte, code, …
/// </code>
/// </summary>
internal static class Tpkt
{
    public const int Size = 4;

    /// <summary>Bytes of the longest packet that is accepted: a data TPDU with the largest S7 PDU.</summary>
    public const int MaxBytes = CotpData.PduStart + SetupCommunication.MaxPdu;

    private const byte Version = 3;
    private const int MinBytes = Size + 3;

    public static void Write(Span<byte> packet, int length)
    {
        packet[0] = Version;
        packet[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
    }

    /// <summary>
    /// Returns the whole length in bytes of the packet that begins here, or 0 if the length field has not been received yet.
    /// </summary>
    /// <exception cref="FrameException">The bytes do not begin a packet.</exception>
    public static int FrameLength(ReadOnlySpan<byte> start)
    {
        if (start[0] != Version) throw new FrameException("bytes that begin no ISO-on-TCP packet, expected 03 first", start);
        if (start.Length < Size) return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(start[2..]);
        return length is >= MinBytes and <= MaxBytes
            ? length
            : throw new FrameException($"a packet that says it has {length} bytes, expected {MinBytes} to {MaxBytes}", start);
    }
}
