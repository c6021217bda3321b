using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>
/// What the console, the page and the tests see of a device. Written by its loop, read by anybody; it counts last, so that who sees the count sees the rest.
/// </summary>
internal sealed class DeviceStatus(IReadOnlyList<Tag> tags)
{
    private readonly Lock _gate = new();
    private Sample[] _latest = Unknown(tags);
    private long _scans;
    private long _failed;
    private long _skipped;
    private long _connects;

    public DeviceState State { get; set; } = DeviceState.Waiting;

    /// <summary>Why it is not running; null while it is.</summary>
    public string? Reason { get; set; }

    public string Endpoint { get; set; } = "";

    /// <summary>What the device says of itself; empty while it is not connected.</summary>
    public IReadOnlyList<DeviceFact> Facts { get; set; } = [];

    public long Scans => Interlocked.Read(ref _scans);

    public long Failed => Interlocked.Read(ref _failed);

    public long Skipped => Interlocked.Read(ref _skipped);

    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>How long the last scan took.</summary>
    public TimeSpan Cycle { get; private set; }

    public Lateness Lateness { get; } = new();

    /// <summary>The latest sample of every tag.</summary>
    public Sample[] Latest()
    {
        lock (_gate) return [.. _latest];
    }

    /// <summary>The device has other tags from now on.</summary>
    public void Forget(IReadOnlyList<Tag> tags)
    {
        lock (_gate) _latest = Unknown(tags);
    }

    public void Connected() => Interlocked.Increment(ref _connects);

    public void Scanned(ReadOnlySpan<Sample> samples, TimeSpan cycle)
    {
        Cycle = cycle;
        Keep(samples);
        Interlocked.Increment(ref _scans);
    }

    public void FailedScan() => Interlocked.Increment(ref _failed);

    public void SkippedScans(long count) => Interlocked.Add(ref _skipped, count);

    public void Keep(ReadOnlySpan<Sample> samples)
    {
        lock (_gate)
        {
            foreach (ref readonly var sample in samples) _latest[sample.Tag.Index] = sample;
        }
    }

    private static Sample[] Unknown(IReadOnlyList<Tag> tags) => [.. tags.Select(t => new Sample { Tag = t, Quality = Quality.BadComm })];
}
