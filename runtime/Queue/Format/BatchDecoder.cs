using PlantRuntime.Contracts;

namespace PlantRuntime.Queue.Format;

/// <summary>
/// Decodes stored batches into the records of one sink. Owned by one <see cref="QueueConsumer"/>, or created for one use; one call at a
/// time. Does no I/O; does not verify the checksum. The values of a record are copied into the batch.
/// </summary>
internal sealed class BatchDecoder(string sink)
{
    private readonly TagTables _tables = new();
    private Sample[] _samples = [];

    /// <summary>Adds the records that go to the sink, from index <paramref name="first"/> of the batch on.</summary>
    /// <param name="bytes">A stored batch whose checksum the caller has verified.</param>
    /// <param name="first">The index of the first record to add.</param>
    /// <param name="without">The indexes of records to leave out.</param>
    /// <param name="into">Receives the records with their ids.</param>
    /// <param name="recipes">Receives the recipe of each record.</param>
    /// <exception cref="DamagedException">The bytes are not a batch.</exception>
    public void Decode(ReadOnlySpan<byte> bytes, int first, IReadOnlyList<int> without, RecordBatch into, List<string> recipes)
    {
        var reader = Envelope.ReadVerified(bytes, EnvelopeKind.Batch);
        var header = BatchHeader.Read(ref reader);
        var names = _tables.From(reader.Bytes(reader.Count()));
        var ticks = 0L;
        for (var index = 0; reader.Left > 0; index++)
        {
            var way = reader.Unsigned();
            if (way >= (ulong)header.Routes.Count) throw new DamagedException("a way that is none");
            var routes = header.Routes[(int)way].Route;
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
