namespace PlantRuntime.Queue.Format;

/// <summary>
/// Names the kinds of stored items, as the first four bytes of their <see cref="Envelope"/> (little-endian ASCII). The digit is the version
/// of the format.
/// </summary>
internal static class EnvelopeKind
{
    /// <summary>"PRB1": a batch of records.</summary>
    public const uint Batch = 0x3142_5250;

    /// <summary>"PRS1": the state of the queue, of a sink's cursor, or of a route's counters.</summary>
    public const uint State = 0x3153_5250;

    /// <summary>"PRD1": a dead letter.</summary>
    public const uint DeadLetter = 0x3144_5250;
}
