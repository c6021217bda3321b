using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>A record that a sink refused for good, with all that is needed to look at it and to send it again.</summary>
/// <param name="Id">Its number among the dead letters; 0 before it is stored.</param>
/// <param name="Recipe">The recipe that it came from.</param>
/// <param name="Sink">The sink that refused it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Time">When, in UTC.</param>
/// <param name="Tries">How often it was sent.</param>
/// <param name="Identity">What it was known by.</param>
/// <param name="Batch">The record, as a batch of one.</param>
internal sealed record DeadLetter(
    long Id, string Recipe, string Sink, string Reason, DateTime Time, int Tries, RecordId Identity, byte[] Batch)
{
    /// <summary>Its bytes where it is stored; 0 before.</summary>
    public int Length { get; private init; }

    public static DeadLetter Of(in Record record, string recipe, string sink, string reason, DateTime time, int tries)
    {
        var encoder = new BatchEncoder();
        encoder.Add(new RouteSet(recipe, [sink]), record.Time, record.Device, record.Samples.Span, record.Json.Span);
        var batch = encoder.Take();
        batch.Stamp(record.Id.Batch, TimeSpan.Zero);
        return new DeadLetter(0, recipe, sink, reason, time, tries, record.Id, batch.Bytes);
    }

    /// <summary>Reads one whose checksum was found right.</summary>
    /// <exception cref="DamagedException">The bytes cannot be right.</exception>
    public static DeadLetter Read(long id, ReadOnlySpan<byte> bytes)
    {
        var reader = Sealed.Open(bytes, Sealed.DeadLetter);
        var (recipe, sink, reason) = (reader.Text(), reader.Text(), reader.Text());
        var (time, tries) = (new DateTime(reader.Int64(), DateTimeKind.Utc), (int)reader.Unsigned());
        var identity = new RecordId(new Guid(reader.Bytes(16)), reader.Int64(), (int)reader.Unsigned());
        return new DeadLetter(id, recipe, sink, reason, time, tries, identity, reader.Bytes(reader.Left).ToArray()) { Length = bytes.Length };
    }

    public byte[] ToBytes()
    {
        var bytes = new ByteWriter();
        Sealed.Open(bytes, Sealed.DeadLetter);
        bytes.Text(Recipe);
        bytes.Text(Sink);
        bytes.Text(Reason);
        bytes.Int64(Time.Ticks);
        bytes.Unsigned((ulong)Tries);
        bytes.Bytes(Identity.Queue.ToByteArray());
        bytes.Int64(Identity.Batch);
        bytes.Unsigned((ulong)Identity.Index);
        bytes.Bytes(Batch);
        Sealed.Close(bytes.Writable);
        return bytes.Written.ToArray();
    }

    /// <summary>The record itself.</summary>
    public RecordBatch Records()
    {
        var batch = new RecordBatch { Queue = Identity.Queue };
        new BatchDecoder(Sink).Decode(Batch, 0, [], batch, []);
        return batch;
    }
}
