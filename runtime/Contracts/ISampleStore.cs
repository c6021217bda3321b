namespace PlantRuntime.Contracts;

/// <summary>A sink that keeps the samples of tags and can summarize those of one tag, for the plots of the web page.</summary>
public interface ISampleStore : ISink
{
    /// <summary>
    /// Summarizes the stored samples of one tag, newest first, in buckets of equal length. Called on any thread, also concurrently and
    /// while the host connects or writes. It may block on a file, but holds up a write of the sink for some milliseconds at most.
    /// A sink that has not stored the tag has no samples.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller does not need the samples any more.</exception>
    /// <exception cref="Exception">The store cannot be read now, for instance because it is locked; the message says why.</exception>
    ValueTask<SampleSeries> ReadSamplesAsync(SampleQuery query, CancellationToken cancel);
}

/// <summary>A request for the samples of one tag. Immutable.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="From">The first time, in UTC.</param>
/// <param name="Length">Length of a bucket; more than zero.</param>
/// <param name="Buckets">
/// Number of buckets, at most <see cref="MaxBuckets"/>; samples after the last one are left out. Zero asks for
/// <see cref="SampleSeries.Oldest"/> only.
/// </param>
public sealed record SampleQuery(string Device, string Tag, DateTime From, TimeSpan Length, int Buckets)
{
    /// <summary>Most buckets.</summary>
    public const int MaxBuckets = 4000;

    /// <summary>Longest time of reading; what has been read by then is returned.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The samples of one tag, as a store has them. Immutable.</summary>
/// <param name="Buckets">The buckets that have samples, oldest first.</param>
/// <param name="Oldest">Time of the oldest stored sample of the tag, in UTC; null if there is none.</param>
public sealed record SampleSeries(IReadOnlyList<SampleBucket> Buckets, DateTime? Oldest)
{
    /// <summary>True if all of the range was read within <see cref="SampleQuery.Patience"/>; else its oldest part is missing.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>True if some buckets have so many samples that only a part of them, evenly spread, was read.</summary>
    public bool IsThinned { get; init; }
}

/// <summary>The samples of one tag within one span of time. Immutable.</summary>
/// <param name="Start">Begin of the bucket, in UTC.</param>
/// <param name="Min">The least good value; NaN if all samples are bad.</param>
/// <param name="Max">The greatest good value; NaN if all samples are bad.</param>
/// <param name="Last">The last value; NaN if the last sample is bad.</param>
public readonly record struct SampleBucket(DateTime Start, double Min, double Max, double Last);
