namespace PlantRuntime.Contracts;

/// <summary>A record's stable identity: the same at every attempt to deliver it, and of no other record.</summary>
/// <param name="Queue">The queue that accepted it: a random number made with the queue.</param>
/// <param name="Batch">
/// Number of the batch in that queue, from 1; no number is used twice. Parts of a batch that was split have new ones, so they do not always
/// rise.
/// </param>
/// <param name="Index">Place in the batch, from 0.</param>
public readonly record struct RecordId(Guid Queue, long Batch, int Index)
{
    /// <summary>"queue-batch-index": safe in a file name, a header and a key.</summary>
    public override string ToString() => $"{Queue:N}-{Batch}-{Index}";
}
