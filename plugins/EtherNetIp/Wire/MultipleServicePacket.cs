using System.Buffers.Binary;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// Multiple Service Packet (CIP volume 1, appendix ): <c>0A 02 20 02 24 01</c>, the number of requests, their places counted from
/// that number, the requests. A reply has the same layout behind its header.
/// </summary>
internal static class MultipleServicePacket
{
    /// <summary>Bytes of a packet besides its requests, for none of them.</summary>
    public const int RequestOverhead = 8;

    /// <summary>Bytes of a reply besides the replies in it, for none of them.</summary>
    public const int ReplyOverhead = CipReply.HeaderBytes + 2;

    /// <summary>Bytes that each request costs besides its own, in both directions.</summary>
    public const int OffsetBytes = 2;

    private static ReadOnlySpan<byte> Head => [CipService.MultipleServicePacket, 2, 0x20, (byte)CipClass.MessageRouter, 0x24, 1];

    /// <summary>Writes a packet of these requests and gives back its length.</summary>
    public static int Write(Span<byte> into, ReadOnlySpan<byte[]> requests)
    {
        Head.CopyTo(into);
        var list = into[Head.Length..];
        BinaryPrimitives.WriteUInt16LittleEndian(list, (ushort)requests.Length);
        var at = 2 + (OffsetBytes * requests.Length);
        for (var i = 0; i < requests.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(list[(2 + (OffsetBytes * i))..], (ushort)at);
            requests[i].CopyTo(list[at..]);
            at += requests[i].Length;
        }

        return Head.Length + at;
    }

    /// <summary>Number of replies in the data of a reply; -1 when the data is cut off.</summary>
    public static int Count(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2) return -1;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(data);
        return data.Length < 2 + (OffsetBytes * count) ? -1 : count;
    }

    /// <summary>
    /// One of the replies in the data of a reply whose <see cref="Count"/> is known; empty when its place makes no sense.
    /// </summary>
    public static ReadOnlySpan<byte> Reply(ReadOnlySpan<byte> data, int index, int count)
    {
        int start = BinaryPrimitives.ReadUInt16LittleEndian(data[(2 + (OffsetBytes * index))..]);
        var end = index + 1 < count ? BinaryPrimitives.ReadUInt16LittleEndian(data[(2 + (OffsetBytes * (index + 1)))..]) : data.Length;
        return start < 2 + (OffsetBytes * count) || end < start || end > data.Length ? [] : data[start..end];
    }
}
