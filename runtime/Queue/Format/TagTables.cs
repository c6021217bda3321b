using PlantRuntime.Contracts;

namespace PlantRuntime.Queue.Format;

/// <summary>
/// Decodes the table of devices and tags of a stored batch. Keeps the last 8 tables with their bytes, because most batches have the same
/// table as one before: steady delivery allocates no tags. Owned by one <see cref="BatchDecoder"/>; one call at a time; no I/O.
/// </summary>
internal sealed class TagTables
{
    /// <summary>The first byte of a device: its name follows.</summary>
    public const byte Device = 1;

    /// <summary>The first byte of a tag: device, name, unit and description follow.</summary>
    public const byte Tag = 2;

    private const int Kept = 8;
    private readonly List<(byte[] Bytes, Names Names)> _tables = [];

    /// <summary>Returns the devices and tags of a table.</summary>
    /// <exception cref="DamagedException">The bytes are not a table.</exception>
    public Names From(ReadOnlySpan<byte> bytes)
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

    /// <summary>
    /// Holds the devices and tags that the records of a batch refer to by index. Immutable; throws <see cref="DamagedException"/>
    /// for a wrong index.
    /// </summary>
    internal sealed record Names(string[] Devices, Tag[] Tags)
    {
        public string DeviceAt(ulong place) =>
            place < (ulong)Devices.Length ? Devices[place] : throw new DamagedException("a device that is none");

        public Tag TagAt(ulong place) => place < (ulong)Tags.Length ? Tags[place] : throw new DamagedException("a tag that is none");
    }
}
