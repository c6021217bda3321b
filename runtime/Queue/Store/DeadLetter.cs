using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Describes a record that a sink rejected permanently, with everything needed to show it and to send it again. Immutable.
/// </summary>
/// <param name="Id">The id of its row; 0 before it is stored.</param>
/// <param name="Recipe">The recipe that it came from.</param>
/// <param name="Sink">The sink that rejected it.</param>
/// <param name="Reason">The sink's reason, escaped for the log.</param>
/// <param name="Time">The time of the rejection, in UTC.</param>
/// <param name="Tries">The number of times that it was sent.</param>
/// <param name="Identity">The record id under which it was sent.</param>
/// <param name="Batch">The record, encoded as a batch of one record.</param>
internal sealed record DeadLetter(
    long Id, string Recipe, string Sink, string Reason, DateTime Time, int Tries, RecordId Identity, byte[] Batch)
{
    /// <summary>The number of bytes of its row; 0 before it is stored.</summary>
    public int Length { get; private init; }

    /// <summary>Encodes a rejected record; called by the sink session, without I/O.</summary>
    public static DeadLetter From(in Record record, string recipe, string sink, string reason, DateTime time, int tries)
    {
        var encoder = new BatchEncoder();
        encoder.Add(new RouteSet(recipe, [sink]), record.Time, record.Device, record.Samples.Span, record.Json.Span);
        var batch = encoder.Complete();
        batch.Stamp(record.Id.Batch, TimeSpan.Zero);
        return new DeadLetter(0, recipe, sink, reason, time, tries, record.Id, batch.Bytes);
    }

    /// <summary>Decodes a dead letter whose checksum the caller has verified.</summary>
    /// <exception cref="DamagedException">The bytes are not a dead letter.</exception>
    public static DeadLetter Read(long id, ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.ReadVerified(bytes, EnvelopeKind.DeadLetter);
        var (recipe, sink, reason) = (reader.Text(), reader.Text(), reader.Text());
        var (time, tries) = (new DateTime(reader.Int64(), DateTimeKind.Utc), (int)reader.Unsigned());
        var identity = new RecordId(new Guid(reader.Bytes(16)), reader.Int64(), (int)reader.Unsigned());
        var batch = reader.Bytes(reader.Left).ToArray();
        return new DeadLetter(id, recipe, sink, reason, time, tries, identity, batch) { Length = bytes.Length };
    }

    /// <summary>Encodes the dead letter in an envelope.</summary>
    public byte[] ToBytes()
    {
        var bytes = new ByteWriter();
        Envelope.Begin(bytes, EnvelopeKind.DeadLetter);
        bytes.Text(Recipe);
        bytes.Text(Sink);
        bytes.Text(Reason);
        bytes.Int64(Time.Ticks);
        bytes.Unsigned((ulong)Tries);
        bytes.Bytes(Identity.Queue.ToByteArray());
        bytes.Int64(Identity.Batch);
        bytes.Unsigned((ulong)Identity.Index);
        bytes.Bytes(Batch);
        Envelope.Seal(bytes.Writable);
        return bytes.Written.ToArray();
    }

    /// <summary>Decodes the record into a batch of one record.</summary>
    public RecordBatch Records()
    {
        var batch = new RecordBatch { Queue = Identity.Queue };
        new BatchDecoder(Sink).Decode(Batch, 0, [], batch, []);
        return batch;
    }
}
