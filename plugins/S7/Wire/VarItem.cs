using System.Buffers.Binary;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// What a read or a write names, as in Wireshark's dissector packet-s7comm (syntax S7ANY):
/// <code>
/// 12 0A 10  transport size 1  count 2  block 2  area 1  address 3 (bits; of timers and counters the number)
/// </code>
/// </summary>
internal static class VarItem
{
    public const int Size = 12;

    private const byte TransportBit = 1;
    private const byte TransportByte = 2;

    /// <summary>Bytes from a byte on; timers and counters fill two bytes each.</summary>
    public static void Write(Span<byte> item, S7Area area, int block, int start, int bytes)
    {
        if (area is S7Area.Timer or S7Area.Counter) Write(item, (byte)area, area, block, start / 2, bytes / 2);
        else Write(item, TransportByte, area, block, start * 8, bytes);
    }

    /// <summary>One bit of a byte.</summary>
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
