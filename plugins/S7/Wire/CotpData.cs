using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes and reads a data TPDU of ISO 8073 class 0 (clause 13.7) in a packet. Pure.
/// <code>
/// 4  length  1 byte, 2
/// 5  code    1 byte, F0
/// 6  number  1 byte, 80 = the last of a PDU
/// 7  PDU
/// </code>
/// </summary>
internal static class CotpData
{
    public const int PduStart = Tpkt.Size + 3;

    private const byte Data = 0xF0;
    private const byte Last = 0x80;

    /// <summary>Writes the headers before a PDU.</summary>
    public static void Write(Span<byte> packet, int pduLength)
    {
        Tpkt.Write(packet, PduStart + pduLength);
        packet[4] = 2;
        packet[5] = Data;
        packet[6] = Last;
    }

    /// <summary>
    /// Returns the PDU of a packet; it may be empty, because some devices send empty packets to keep the connection alive.
    /// </summary>
    /// <exception cref="LinkException">The device ended the connection, or the packet carries no PDU.</exception>
    public static ReadOnlySpan<byte> Pdu(ReadOnlySpan<byte> packet)
    {
        var tpdu = packet[Tpkt.Size..];
        if (CotpConnect.IsRefusal(tpdu)) throw new LinkException($"the device ended the connection: {CotpConnect.Reason(tpdu)}");
        if (tpdu[0] != 2 || tpdu[1] != Data) throw new FrameException("a packet without data", packet);
        if (tpdu[2] != Last) throw new FrameException("a PDU in more than one piece, though it fits into one", packet);
        return packet[PduStart..];
    }
}
