using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// The identity of a module: attributes 1 to 7 of the Identity object (CIP volume 1, clause 5-2.2): vendor, device type, product code,
/// revision(2), status, serial number(4), name behind a length byte. All but the last two numbers and the name have 16 bits.
/// </summary>
internal sealed record Identity(ushort Vendor, ushort DeviceType, ushort Product, byte Major, byte Minor, ushort Status, uint Serial,
    string Name)
{
    private const int FixedBytes = 15;

    // Header, count of items, type and length of the item, version of the encapsulation protocol, socket address.
    private const int ListItemOffset = Encapsulation.HeaderBytes + 2;
    private const int ListIdentityOffset = ListItemOffset + 4 + 2 + 16;

    /// <summary>Reads the attributes; null when they are cut off.</summary>
    public static Identity? Read(ReadOnlySpan<byte> data)
    {
        if (data.Length < FixedBytes) return null;
        var name = data[FixedBytes..Math.Min(data.Length, FixedBytes + data[14])];
        return new Identity(
            BinaryPrimitives.ReadUInt16LittleEndian(data), BinaryPrimitives.ReadUInt16LittleEndian(data[2..]),
            BinaryPrimitives.ReadUInt16LittleEndian(data[4..]), data[6], data[7], BinaryPrimitives.ReadUInt16LittleEndian(data[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[10..]), Printable(name));
    }

    /// <summary>Reads the first item of a reply to ListIdentity (CIP volume 2, clause 2-4.2); null when there is none.</summary>
    public static Identity? ReadList(ReadOnlySpan<byte> frame) =>
        frame.Length < ListIdentityOffset || BinaryPrimitives.ReadUInt16LittleEndian(frame[ListItemOffset..]) != 0x0C
            ? null
            : Read(frame[ListIdentityOffset..]);

    private static string Printable(ReadOnlySpan<byte> name)
    {
        var text = Encoding.Latin1.GetString(name);
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
    }
}
