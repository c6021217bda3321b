using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>Turns the bytes of stored batches back into records, of one sink.</summary>
internal sealed class BatchDecoder(string sink)
{
    private readonly TagTables _tables = new();
    private Sample[] _samples = [];

    /// <summary>Adds the records that go to the sink, from index <paramref name="first"/> of the batch on.</summary>
    /// <param name="bytes">A stored batch whose checksum was found right.</param>
    /// <param name="first">The first index that counts.</param>
    /// <param name="without">Indexes that do not count.</param>
    /// <param name="into">Gets the records with their identities.</param>
    /// <param name="recipes">Gets the recipe of each record.</param>
    /// <exception cref="DamagedException">The bytes cannot be right.</exception>
    public void Decode(ReadOnlySpan<byte> bytes, int first, IReadOnlyList<int> without, RecordBatch into, List<string> recipes)
    {
        var reader = Sealed.Open(bytes, Sealed.Batch);
        var header = BatchHeader.Read(ref reader);
        var names = _tables.Of(reader.Bytes(reader.Count()));
        var ticks = 0L;
        for (var index = 0; reader.Left > 0; index++)
        {
            var way = reader.Unsigned();
            if (way >= (ulong)header.Tallies.Count) throw new DamagedException("a way that is none");
            var routes = header.Tallies[(int)way].Routes;
            ticks += reader.Signed();
            var time = Time(ticks);
            var device = names.DeviceAt(reader.Unsigned());
            var length = reader.Unsigned();
            var json = (length & 1) == 1 ? reader.Bytes((int)Math.Min(length >> 1, int.MaxValue)) : default;
            var samples = (length & 1) == 0 ? Samples(ref reader, length >> 1, names, time) : default;
            if (index < first || !routes.Sinks.Contains(sink) || (without.Count > 0 && without.Contains(index))) continue;
            into.StartAt(header.Number, index);
            if (json.IsEmpty) into.Add(time, device, samples);
            else into.Add(time, device, json);
            recipes.Add(routes.Recipe);
        }
    }

    private ReadOnlySpan<Sample> Samples(ref ByteReader reader, ulong count, TagTables.Names names, DateTime time)
    {
        if (count > (ulong)reader.Left) throw new DamagedException("a count beyond the end");
        if (_samples.Length < (int)count) _samples = new Sample[(int)count];
        for (var i = 0; i < (int)count; i++)
        {
            ref var sample = ref _samples[i];
            sample.Tag = names.TagAt(reader.Unsigned());
            sample.Quality = (Quality)reader.Byte();
            sample.Time = Time(time.Ticks + reader.Signed());
            sample.Value = ValueCodec.Read(ref reader);
        }

        return _samples.AsSpan(0, (int)count);
    }

    private static DateTime Time(long ticks) =>
        ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime(ticks, DateTimeKind.Utc)
            : throw new DamagedException("a time that cannot be");
}
