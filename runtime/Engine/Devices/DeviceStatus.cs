using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Devices;

/// <summary>Classifies the state of a device as users see it.</summary>
internal enum DeviceState
{
    /// <summary>Its plugin is missing, or it is not started.</summary>
    Waiting,

    Connecting,

    Running,

    /// <summary>Between two attempts to connect.</summary>
    Reconnecting,

    /// <summary>Its driver misbehaved and is not used any more.</summary>
    Parked,

    Stopped,
}

/// <summary>
/// Holds state, counters and latest samples of a device for the console, the page and tests. Owned by one DeviceSupervisor; written within
/// the device session's loop and by the supervisor, read by any thread. A counter is incremented after the data that it counts, so that a
/// reader who sees a count sees the rest.
/// </summary>
internal sealed class DeviceStatus(IReadOnlyList<Tag> tags)
{
    private readonly Lock _gate = new();
    private Sample[] _latest = Unknown(tags);

    // Why each of the latest samples is bad; null if it is good or nobody gave a reason.
    private string?[] _reasons = new string?[tags.Count];

    // Ticks of the clock at the last good read of each tag; null before the first one.
    private long?[] _readAt = new long?[tags.Count];
    private long _scans;
    private long _failed;
    private long _skipped;
    private long _connects;
    private long _renewals;
    private long _attempts;
    private long _reconnects;
    private long _values;
    private long _lastScan;

    public DeviceState State { get; set; } = DeviceState.Waiting;

    /// <summary>The reason why the device is not running; null while it is.</summary>
    public string? Reason
    {
        get;
        set => field = value is null ? null : LogText.Sanitize(value);
    }

    public string Endpoint { get; set; } = "";

    /// <summary>Properties that the device reports about itself; empty while it is not connected.</summary>
    public IReadOnlyList<DeviceProperty> Facts
    {
        get;
        set => field = [.. value.Select(f => f with { Name = LogText.Sanitize(f.Name), Text = LogText.Sanitize(f.Text) })];
    } = [];

    public long Scans => Interlocked.Read(ref _scans);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Scans that were skipped because the one before took too long.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>Connections that the device closed while they were idle and that were replaced without a failed scan.</summary>
    public long Renewals => Interlocked.Read(ref _renewals);

    /// <summary>Attempts to connect since the connection was lost; 0 while there is one.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <summary>Connections in a row that were lost or opened without a scan; 0 after a scan.</summary>
    public long ReconnectsInRow => Interlocked.Read(ref _reconnects);

    /// <summary>Good values of all scans.</summary>
    public long Values => Interlocked.Read(ref _values);

    /// <summary>Time of the last good scan in UTC; null before the first.</summary>
    public DateTime? LastScan => Interlocked.Read(ref _lastScan) is var ticks and > 0 ? new DateTime(ticks, DateTimeKind.Utc) : null;

    /// <summary>Duration of the last good scan.</summary>
    public TimeSpan Cycle { get; private set; }

    /// <summary>Delay between the due time of each scan and its start.</summary>
    public LatencyHistogram Lateness { get; } = new();

    /// <summary>Returns the latest sample of every tag.</summary>
    public Sample[] Latest()
    {
        lock (_gate) return [.. _latest];
    }

    /// <summary>
    /// Copies the latest sample of every tag, and the reason why it is bad or null, into buffers that the caller keeps, and which grow if
    /// they are too small: nothing else is allocated. Reasons are texts of drivers and devices, not sanitized.
    /// </summary>
    /// <returns>The number of samples.</returns>
    public int CopyLatest(ref Sample[] samples, ref string?[] reasons)
    {
        lock (_gate)
        {
            if (samples.Length < _latest.Length) samples = new Sample[_latest.Length];
            if (reasons.Length < _latest.Length) reasons = new string?[_latest.Length];
            _latest.CopyTo(samples, 0);
            _reasons.CopyTo(reasons, 0);
            return _latest.Length;
        }
    }

    /// <summary>Replaces the tags after a reload of site.toml; their samples are BadComm until the next scan.</summary>
    public void Reset(IReadOnlyList<Tag> tags)
    {
        lock (_gate) (_latest, _reasons, _readAt) = (Unknown(tags), new string?[tags.Count], new long?[tags.Count]);
    }

    /// <summary>Returns how long ago each tag was read good; null for a tag that never was.</summary>
    public TimeSpan?[] Ages(TimeProvider time)
    {
        lock (_gate) return [.. _readAt.Select(at => at is { } read ? time.GetElapsedTime(read) : (TimeSpan?)null)];
    }

    public void CountAttempt() => Interlocked.Increment(ref _attempts);

    public void CountConnect()
    {
        if (Interlocked.Increment(ref _connects) > 1) Interlocked.Increment(ref _reconnects);
        Interlocked.Exchange(ref _attempts, 0);
    }

    public void CountRenewal() => Interlocked.Increment(ref _renewals);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    public void CountSkipped(long count) => Interlocked.Add(ref _skipped, count);

    /// <summary>Sets the samples of a good scan and counts them.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="reasons">Why each of them is bad, or null.</param>
    /// <param name="cycle">Duration of the read.</param>
    /// <param name="info">Time of the read.</param>
    public void Add(ReadOnlySpan<Sample> samples, ReadOnlySpan<string?> reasons, TimeSpan cycle, in ScanInfo info)
    {
        Cycle = cycle;
        lock (_gate)
        {
            foreach (ref readonly var sample in samples)
            {
                if (sample.Quality == Quality.Good && sample.Tag.Index < _readAt.Length) _readAt[sample.Tag.Index] = info.Timestamp;
            }
        }

        Set(samples, reasons);
        var good = 0;
        foreach (ref readonly var sample in samples) good += sample.Quality == Quality.Good ? 1 : 0;
        Interlocked.Add(ref _values, good);
        Interlocked.Exchange(ref _lastScan, info.Time.Ticks);
        if (ReconnectsInRow > 0) Interlocked.Exchange(ref _reconnects, 0);
        Interlocked.Increment(ref _scans);
    }

    /// <summary>Sets the latest samples without counting a scan.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="reasons">Why each of them is bad; those that are missing are null.</param>
    public void Set(ReadOnlySpan<Sample> samples, ReadOnlySpan<string?> reasons = default)
    {
        lock (_gate)
        {
            for (var i = 0; i < samples.Length; i++)
            {
                // An abandoned session can still set samples after a reload has changed the tags.
                var index = samples[i].Tag.Index;
                if (index >= _latest.Length) continue;
                _latest[index] = samples[i];
                _reasons[index] = i < reasons.Length ? reasons[i] : null;
            }
        }
    }

    private static Sample[] Unknown(IReadOnlyList<Tag> tags) => [.. tags.Select(t => new Sample { Tag = t, Quality = Quality.BadComm })];
}
