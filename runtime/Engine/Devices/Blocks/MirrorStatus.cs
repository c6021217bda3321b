using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Holds the counters of a mirror for the console and tests. Owned by one MirrorRunner and written within its loop; read by any thread. A
/// counter is incremented after the data that it counts, so that a reader who sees a count sees the rest.
/// </summary>
internal sealed class MirrorStatus
{
    private long _copies;
    private long _unchanged;
    private long _skips;
    private long _age;

    /// <summary>The reason why the last image was not copied; null while images are copied.</summary>
    public string? Reason { get; private set; } = "nothing was copied yet";

    /// <summary>Number of images written.</summary>
    public long Copies => Interlocked.Read(ref _copies);

    /// <summary>Number of images that the target already had.</summary>
    public long Unchanged => Interlocked.Read(ref _unchanged);

    /// <summary>Number of ticks in which nothing was written: no good image, no target, or no time.</summary>
    public long Skips => Interlocked.Read(ref _skips);

    /// <summary>Age of the last written image when the target had it.</summary>
    public TimeSpan Age => TimeSpan.FromTicks(Interlocked.Read(ref _age));

    /// <summary>Ages of all written images.</summary>
    public LatencyHistogram Ages { get; } = new();

    public void CountCopy(TimeSpan age)
    {
        Interlocked.Exchange(ref _age, age.Ticks);
        Ages.Add(age);
        Reason = null;
        Interlocked.Increment(ref _copies);
    }

    public void CountUnchanged()
    {
        Reason = null;
        Interlocked.Increment(ref _unchanged);
    }

    public void CountSkip(string reason)
    {
        Reason = LogText.Sanitize(reason);
        Interlocked.Increment(ref _skips);
    }

    /// <summary>Counts ticks that could not start in time.</summary>
    public void CountMissed(long beats) => Interlocked.Add(ref _skips, beats);
}
