namespace PlantRuntime.Contracts;

/// <summary>
/// A record to store: either the samples of a scan, or a payload from a recipe. Exactly one of <see cref="Samples"/> and
/// <see cref="Json"/> is not empty. Its memory belongs to the batch.
/// </summary>
public readonly struct Record
{
    /// <summary>Stable identity.</summary>
    public RecordId Id { get; init; }

    /// <summary>Time of the scan or payload, in UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>Name of the device.</summary>
    public string Device { get; init; }

    /// <summary>Samples of one scan; empty for a payload.</summary>
    public ReadOnlyMemory<Sample> Samples { get; init; }

    /// <summary>One JSON object in UTF-8 without line breaks; empty for samples.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>True for a payload.</summary>
    public bool IsPayload => !Json.IsEmpty;
}

/// <summary>
/// The stable identity of a record: the same at every delivery attempt and across restarts, and unique. The identities of one queue rise
/// by batch and then by index, with gaps. A rejected record that is sent again gets a new identity.
/// </summary>
/// <param name="Queue">Random number of the queue that accepted the record; empty for a record without identity.</param>
/// <param name="Batch">Number of the batch in that queue, from 1; never reused.</param>
/// <param name="Index">Index in that batch, from 0.</param>
public readonly record struct RecordId(Guid Queue, long Batch, int Index)
{
    /// <summary>Returns "queue-batch-index", which is valid in file names, headers and keys.</summary>
    public override string ToString() => $"{Queue:N}-{Batch}-{Index}";
}
