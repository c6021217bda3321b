using System.Buffers.Binary;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Identifies a connection: the connection triad (CIP volume 1, clause 3-5.5.1.5).</summary>
/// <param name="Serial">Connection serial number: another one for each connection, also after a restart.</param>
/// <param name="OriginatorSerial">Serial number of the originator: this device of this host.</param>
internal readonly record struct ConnectionTriad(ushort Serial, uint OriginatorSerial)
{
    /// <summary>A vendor id that ODVA has not given away.</summary>
    public const ushort VendorId = 0xF33D;

    /// <summary>The originator's number for messages from the controller.</summary>
    public uint ConnectionId => 0x5052_0000u | Serial;

    public void Write(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into, Serial);
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], VendorId);
        BinaryPrimitives.WriteUInt32LittleEndian(into[4..], OriginatorSerial);
    }
}

/// <summary>
/// Forward Open and Large Forward Open of a class 3 connection, to the Connection Manager (CIP volume 1, clause 3-5.5.2):
/// <code>
/// 54 | 5B  02 20 06 24 01  tick(1) ticks(1)  id to the controller(4, 0)  id to us(4)  serial(2) vendor(2) originator(4)
/// multiplier(1) 000000  interval(4) parameters(2 | 4)  interval(4) parameters(2 | 4)  A3  words of the path(1)  path
/// </code>
/// The reply repeats the ids: id to the controller(4), id to us(4), serial, vendor, originator, both intervals.
/// </summary>
internal static class ForwardOpen
{
    /// <summary>Largest size that the parameters of a Forward Open can ask for.</summary>
    public const int MostSmallSize = 511;

    /// <summary>Bytes of the request without its path.</summary>
    public const int MostRequestBytes = 6 + 40 + byte.MaxValue * 2;

    private const int ReplyBytes = 26;

    // A tick of 1,024 ms, 10 of them: the time for the Forward Open itself on its way.
    private const byte Tick = 0x0A;
    private const byte Ticks = 10;
    private const byte MultiplierOf16 = 2;
    private const int Multiplier = 16;
    private const byte ServerClass3 = 0xA3;
    private const ushort PointToPointVariable = 0x4200;

    private static ReadOnlySpan<byte> ConnectionManagerPath => [0x20, (byte)CipClass.ConnectionManager, 0x24, 1];

    private static ReadOnlySpan<byte> MessageRouterPath => [0x20, (byte)CipClass.MessageRouter, 0x24, 1];

    /// <summary>Creates the request.</summary>
    /// <param name="triad">Tells the connection from others.</param>
    /// <param name="size">Bytes of a message in each direction, its sequence count included.</param>
    /// <param name="route">Segments from the module to the controller.</param>
    /// <param name="timeout">How long the controller keeps the connection without a message.</param>
    public static byte[] Create(ConnectionTriad triad, int size, ReadOnlySpan<byte> route, TimeSpan timeout)
    {
        var isLarge = size > MostSmallSize;
        var interval = (uint)Math.Min(uint.MaxValue, timeout.TotalMicroseconds / Multiplier);
        var data = new byte[(isLarge ? 40 : 36) + route.Length + MessageRouterPath.Length];
        (data[0], data[1]) = (Tick, Ticks);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(6), triad.ConnectionId);
        triad.Write(data.AsSpan(10));
        data[18] = MultiplierOf16;
        var rest = data.AsSpan(22);
        for (var direction = 0; direction < 2; direction++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, interval);
            if (isLarge) BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], (uint)PointToPointVariable << 16 | (uint)size);
            else BinaryPrimitives.WriteUInt16LittleEndian(rest[4..], (ushort)(PointToPointVariable | size));
            rest = rest[(isLarge ? 8 : 6)..];
        }

        (rest[0], rest[1]) = (ServerClass3, (byte)((route.Length + MessageRouterPath.Length) / 2));
        route.CopyTo(rest[2..]);
        MessageRouterPath.CopyTo(rest[(2 + route.Length)..]);
        return CipRequest.Create(isLarge ? CipService.LargeForwardOpen : CipService.ForwardOpen, ConnectionManagerPath, data);
    }

    /// <summary>
    /// The ids that messages to and from the controller carry; null when the reply belongs to another connection or is cut off. The second
    /// is usually that of the request, but a controller may choose another.
    /// </summary>
    public static (uint ToController, uint FromController)? ReadConnectionIds(ReadOnlySpan<byte> data, ConnectionTriad triad)
    {
        Span<byte> own = stackalloc byte[8];
        triad.Write(own);
        return data.Length < ReplyBytes || !data.Slice(8, 8).SequenceEqual(own)
            ? null
            : (BinaryPrimitives.ReadUInt32LittleEndian(data), BinaryPrimitives.ReadUInt32LittleEndian(data[4..]));
    }

    /// <summary>The size that a controller names when it refuses a larger one (01/0109); 0 when it names none.</summary>
    public static int ReadSupportedSize(in CipReply reply) =>
        reply.Extended.Length < 4 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(reply.Extended[2..]);

    /// <summary>
    /// Forward Close (CIP volume 1, clause 3-5.5.3): <c>4E 02 20 06 24 01 tick ticks serial vendor originator</c>, words of the path, 00,
    /// path.
    /// </summary>
    public static byte[] CreateClose(ConnectionTriad triad, ReadOnlySpan<byte> route)
    {
        var data = new byte[12 + route.Length + MessageRouterPath.Length];
        (data[0], data[1]) = (Tick, Ticks);
        triad.Write(data.AsSpan(2));
        data[10] = (byte)((route.Length + MessageRouterPath.Length) / 2);
        route.CopyTo(data.AsSpan(12));
        MessageRouterPath.CopyTo(data.AsSpan(12 + route.Length));
        return CipRequest.Create(CipService.ForwardClose, ConnectionManagerPath, data);
    }
}
