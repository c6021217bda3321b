using System.Buffers.Binary;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// Unconnected Send to the Connection Manager, which sends a message on along a route (CIP volume 1, clause 3-5.5.4):
/// <c>52 02 20 06 24 01 tick ticks length(2) message [00] words-of-route 00 route</c>.
/// </summary>
internal static class UnconnectedSend
{
    /// <summary>Bytes before the message.</summary>
    public const int HeadBytes = 10;

    /// <summary>Bytes that all modules take in a message without a connection, in both directions.</summary>
    public const int MostMessageBytes = 504;

    // Ticks of 1,024 ms: 10 of them.
    private const byte Tick = 0x0A;
    private const byte Ticks = 10;

    /// <summary>Bytes behind a message.</summary>
    public static int TailBytes(int messageBytes, int routeBytes) => (messageBytes & 1) + 2 + routeBytes;

    /// <summary>Writes what is around a message that is in its place already.</summary>
    public static void Write(Span<byte> into, int messageBytes, ReadOnlySpan<byte> route)
    {
        ReadOnlySpan<byte> head = [CipService.UnconnectedSend, 2, 0x20, (byte)CipClass.ConnectionManager, 0x24, 1, Tick, Ticks];
        head.CopyTo(into);
        BinaryPrimitives.WriteUInt16LittleEndian(into[head.Length..], (ushort)messageBytes);
        var tail = into[(HeadBytes + messageBytes)..];
        if ((messageBytes & 1) != 0)
        {
            tail[0] = 0;
            tail = tail[1..];
        }

        (tail[0], tail[1]) = ((byte)(route.Length / 2), 0);
        route.CopyTo(tail[2..]);
    }
}
