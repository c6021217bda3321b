using System.Buffers.Binary;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>The data of a reply to Read Tag and Read Tag Fragmented (1756-PM020): type, the handle of a structure, bytes.</summary>
internal readonly ref struct TagData
{
    private TagData(EtherNetIpType type, ushort handle, ReadOnlySpan<byte> bytes)
    {
        Type = type;
        Handle = handle;
        Bytes = bytes;
    }

    public EtherNetIpType Type { get; }

    /// <summary>Handle of the structure; 0 for other types.</summary>
    public ushort Handle { get; }

    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Bytes before the values.</summary>
    public static int HeaderBytes(EtherNetIpType type) => type == EtherNetIpType.Structure ? 4 : 2;

    /// <summary>Reads the data; false when they are cut off.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out TagData tag)
    {
        tag = default;
        if (data.Length < 2) return false;
        var type = (EtherNetIpType)BinaryPrimitives.ReadUInt16LittleEndian(data);
        if (type != EtherNetIpType.Structure)
        {
            tag = new TagData(type, 0, data[2..]);
            return true;
        }

        if (data.Length < 4) return false;
        tag = new TagData(type, BinaryPrimitives.ReadUInt16LittleEndian(data[2..]), data[4..]);
        return true;
    }
}
