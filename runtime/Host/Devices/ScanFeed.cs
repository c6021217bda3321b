using PlantRuntime.Contracts;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Devices;

/// <summary>What a device delivers: to those who listen, to its status, and to the log where a tag turns good or bad.</summary>
internal sealed class ScanFeed
{
    private readonly DeviceStatus _status;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _tagLimit;
    private readonly Lock _gate = new();
    private readonly Action<Sample, string?> _logTag;
    private IScanListener[] _listeners = [];
    private bool _isLost;
    private long _number;

    public ScanFeed(DeviceStatus status, TimeProvider time, PlantLog log)
    {
        (_status, _time, _log) = (status, time, log);
        _tagLimit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 20);
        _logTag = LogTag;
    }

    /// <summary>Replaces one listener by another between two scans; null adds or removes.</summary>
    public void Swap(IScanListener? old, IScanListener? now)
    {
        lock (_gate)
        {
            var listeners = _listeners.Where(l => l != old);
            _listeners = now is null ? [.. listeners] : [.. listeners, now];
        }
    }

    /// <summary>Hands on what a group's tags are now.</summary>
    /// <param name="group">The group.</param>
    /// <param name="header">When it was taken.</param>
    /// <param name="samples">Its tags, or those of them that changed.</param>
    /// <param name="cycle">How long the reading took.</param>
    /// <param name="onlySet">True where a device that speaks by itself told of some tags only.</param>
    public void Scanned(ScanGroup group, in ScanHeader header, ReadOnlySpan<Sample> samples, TimeSpan cycle, bool onlySet)
    {
        _isLost = false;
        group.NoteChanges(_logTag, onlySet);
        _status.Scanned(samples, cycle);
        Publish(header, samples);
    }

    /// <summary>Tells the listeners once that nothing of the device is known any more; the next good scan ends that.</summary>
    public void FailAll(IReadOnlyList<Tag> tags, string reason)
    {
        if (_isLost) return;
        _isLost = true;
        var now = _time.GetUtcNow().UtcDateTime;
        var samples = new Sample[tags.Count];
        for (var i = 0; i < samples.Length; i++) samples[i] = new Sample { Tag = tags[i], Quality = Quality.BadComm, Time = now };
        _status.Keep(samples);
        Publish(new ScanHeader(0, now, _time.GetTimestamp(), reason), samples);
    }

    private void Publish(in ScanHeader header, ReadOnlySpan<Sample> samples)
    {
        // Numbers count a device's scans of all rates, so that a swap of recipes can be placed between two of them.
        var numbered = header with { Number = ++_number };
        foreach (var listener in Volatile.Read(ref _listeners)) listener.OnScan(numbered, samples);
    }

    private void LogTag(Sample sample, string? reason)
    {
        if (!_tagLimit.May(out var held)) return;
        var rest = held > 0 ? $" unsaid={held}" : "";
        if (sample.Quality == Quality.Good) _log.Info($"GOOD tag={sample.Tag}{rest}");
        else _log.Warn($"BAD tag={sample.Tag} quality={sample.Quality.ToText()} reason=\"{reason}\"{rest}");
    }
}
