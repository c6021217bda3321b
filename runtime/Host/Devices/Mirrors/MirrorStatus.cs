namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>
/// What the console and the tests see of a mirror. Written by its loop, read by anybody; it counts last, so that who sees the count sees the rest.
/// </summary>
internal sealed class MirrorStatus
{
    private long _copies;
    private long _unchanged;
    private long _skips;
    private long _age;

    /// <summary>Why the last image was not copied; null while they are.</summary>
    public string? Reason { get; private set; } = "nothing was copied yet";

    /// <summary>Images written.</summary>
    public long Copies => Interlocked.Read(ref _copies);

    /// <summary>Images that the target held already.</summary>
    public long Unchanged => Interlocked.Read(ref _unchanged);

    /// <summary>Times that nothing was written: no good image, no target, or no time.</summary>
    public long Skips => Interlocked.Read(ref _skips);

    /// <summary>Age of the last image that was written, when the target had it.</summary>
    public TimeSpan Age => TimeSpan.FromTicks(Interlocked.Read(ref _age));

    /// <summary>The ages of all of them.</summary>
    public Lateness Ages { get; } = new();

    public void Copied(TimeSpan age)
    {
        Interlocked.Exchange(ref _age, age.Ticks);
        Ages.Add(age);
        Reason = null;
        Interlocked.Increment(ref _copies);
    }

    public void NotChanged()
    {
        Reason = null;
        Interlocked.Increment(ref _unchanged);
    }

    public void Skipped(string reason)
    {
        Reason = reason;
        Interlocked.Increment(ref _skips);
    }

    public void LeftOut(long beats) => Interlocked.Add(ref _skips, beats);
}
