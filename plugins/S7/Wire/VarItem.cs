using System.Buffers.Binary;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes the address of an item in a read or write request, as in Wireshark's dissector packet-s7comm (syntax S7ANY). Pure.
/// <code>
/// 12 0A 10  transport size 1  count 2  block 2  area 1  address 3 (bits; of timers and counters the number)
/// </code>
/// </summary>
internal static class VarItem
{
    public const int Size = 12;

    private const byte TransportBit = 1;
    private const byte TransportByte = 2;

    /// <summary>Addresses a range of bytes, or the timers or counters that have these bytes.</summary>
    public static void Write(Span<byte> item, S7Area area, int block, int start, int bytes)
    {
        if (NumberedBytes(area) is > 0 and var each) Write(item, (byte)area, area, block, start / each, bytes / each);
        else Write(item, TransportByte, area, block, start * 8, bytes);
    }

    /// <summary>
    /// Returns the bytes of one element of an area that is addressed by numbers; 0 for other areas. An S7-200 sends a timer as
    /// status (1) and value (4), and a counter as status (1) and value (2).
    /// </summary>
    public static int NumberedBytes(S7Area area) => area switch
    {
        S7Area.Timer or S7Area.Counter => 2,
        S7Area.Timer200 => 5,
        S7Area.Counter200 => 3,
        _ => 0,
    };

    /// <summary>Addresses one bit of a byte.</summary>
    public static void WriteBit(Span<byte> item, S7Area area, int block, int start, int bit) =>
        Write(item, TransportBit, area, block, (start * 8) + bit, 1);

    private static void Write(Span<byte> item, byte transportSize, S7Area area, int block, int address, int count)
    {
        item[0] = 0x12;
        item[1] = 0x0A;
        item[2] = 0x10;
        item[3] = transportSize;
        BinaryPrimitives.WriteUInt16BigEndian(item[4..], (ushort)count);
        BinaryPrimitives.WriteUInt16BigEndian(item[6..], (ushort)block);
        BinaryPrimitives.WriteUInt32BigEndian(item[8..], (uint)address);
        item[8] = (byte)area;
    }
}
