using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>
/// The devices and tags of stored batches. Most batches have the same ones as some batch before, so the last few tables are kept by their
/// bytes: steady delivery makes no tags.
/// </summary>
internal sealed class TagTables
{
    public const byte Device = 1;
    public const byte Tag = 2;
    private const int Kept = 8;
    private readonly List<(byte[] Bytes, Names Names)> _tables = [];

    public Names Of(ReadOnlySpan<byte> bytes)
    {
        foreach (var (known, names) in _tables)
        {
            if (bytes.SequenceEqual(known)) return names;
        }

        var table = Read(bytes);
        if (_tables.Count == Kept) _tables.RemoveAt(0);
        _tables.Add((bytes.ToArray(), table));
        return table;
    }

    private static Names Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var (devices, tags) = (new List<string>(), new List<Tag>());
        while (reader.Left > 0)
        {
            if (reader.Byte() == Device)
            {
                devices.Add(reader.Text());
                continue;
            }

            var (device, name, unit, description) = (reader.Text(), reader.Text(), reader.Text(), reader.Text());
            tags.Add(new Tag(tags.Count, name, device, unit, description));
        }

        return new Names([.. devices], [.. tags]);
    }

    /// <summary>What a batch's records refer to by place.</summary>
    internal sealed record Names(string[] Devices, Tag[] Tags)
    {
        public string DeviceAt(ulong place) =>
            place < (ulong)Devices.Length ? Devices[place] : throw new DamagedException("a device that is none");

        public Tag TagAt(ulong place) => place < (ulong)Tags.Length ? Tags[place] : throw new DamagedException("a tag that is none");
    }
}
