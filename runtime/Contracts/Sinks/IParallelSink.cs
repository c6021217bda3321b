namespace PlantRuntime.Contracts;

/// <summary>
/// A sink whose far end does not care in which order records come, so that a slow answer need not hold the next batch: the host calls
/// <see cref="ISink.WriteAsync"/> for several batches at a time, each another object. A failure of one leaves the others under way; the
/// host connects again only when all have come back.
/// </summary>
public interface IParallelSink : ISink
{
    /// <summary>How many batches may be under way at a time, at least 1. Asked once, before the first connect.</summary>
    int BatchesAtOnce { get; }
}
