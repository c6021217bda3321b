namespace PlantRuntime.Contracts;

/// <summary>
/// A record's stable identity: the same at every attempt to deliver it, over restarts too, and of no other record. Of one queue a sink
/// sees rising identities, by batch and then index, with gaps; only a record that it refused before may come again, under a new one.
/// </summary>
/// <param name="Queue">The queue that accepted it: a random number made with the queue; empty for a record without identity.</param>
/// <param name="Batch">Number of the batch in that queue, from 1; no number is used twice.</param>
/// <param name="Index">Place in that batch, from 0.</param>
public readonly record struct RecordId(Guid Queue, long Batch, int Index)
{
    /// <summary>"queue-batch-index": safe in a file name, a header and a key.</summary>
    public override string ToString() => $"{Queue:N}-{Batch}-{Index}";
}
