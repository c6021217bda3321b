using System.Buffers.Binary;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// A message router reply (CIP volume 1, clause 2-4.2): service | 80, reserved, general status, number of words of extended status, these
/// words, data.
/// </summary>
internal readonly ref struct CipReply
{
    /// <summary>Bytes before the data of a reply without extended status.</summary>
    public const int HeaderBytes = 4;

    private const byte ReplyBit = 0x80;

    private CipReply(byte service, byte status, ushort extended, ReadOnlySpan<byte> extendedBytes, ReadOnlySpan<byte> data)
    {
        Service = service;
        Status = status;
        ExtendedStatus = extended;
        Extended = extendedBytes;
        Data = data;
    }

    /// <summary>The service that is answered.</summary>
    public byte Service { get; }

    /// <summary>General status; 0 is success.</summary>
    public byte Status { get; }

    /// <summary>First word of the extended status; 0 without one.</summary>
    public ushort ExtendedStatus { get; }

    /// <summary>All words of the extended status.</summary>
    public ReadOnlySpan<byte> Extended { get; }

    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads a reply; false when it is cut off, or is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out CipReply reply)
    {
        reply = default;
        if (message.Length < HeaderBytes || (message[0] & ReplyBit) == 0) return false;
        var extendedBytes = 2 * message[3];
        if (message.Length < HeaderBytes + extendedBytes) return false;
        var extended = message.Slice(HeaderBytes, extendedBytes);
        reply = new CipReply((byte)(message[0] & ~ReplyBit), message[2],
            extended.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(extended), extended,
                message[(HeaderBytes + extendedBytes)..]);
        return true;
    }
}
