using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Passes the scans of a device to its listeners and its status, and logs tags that turn good or bad. Owned by one DeviceSupervisor.
/// Publish is called within the session's loop, FailAll also by the supervisor when a session is lost or parked, Swap by any thread. A
/// listener that throws is logged and does not affect the others.
/// </summary>
internal sealed class ScanPublisher
{
    private readonly DeviceStatus _status;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _tagLimit;
    private readonly LogLimit _listenerLimit;
    private readonly Lock _gate = new();
    private readonly Action<Sample, string?> _logTag;
    private IScanListener[] _listeners = [];
    private volatile bool _isLost;
    private long _number;

    public ScanPublisher(DeviceStatus status, TimeProvider time, PlantLog log)
    {
        (_status, _time, _log) = (status, time, log);
        _tagLimit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 20);
        _listenerLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
        _logTag = LogTag;
    }

    /// <summary>
    /// Replaces one listener by another; null adds or removes. A scan that is being published still goes to the old listeners.
    /// </summary>
    public void Swap(IScanListener? old, IScanListener? now)
    {
        lock (_gate)
        {
            var listeners = _listeners.Where(l => l != old);
            _listeners = now is null ? [.. listeners] : [.. listeners, now];
        }
    }

    /// <summary>Publishes the samples that a group has accepted.</summary>
    /// <param name="group">The group.</param>
    /// <param name="info">Number and time of the scan.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="cycle">Duration of the read; zero for a subscribed device.</param>
    public void Publish(ScanGroup group, in ScanInfo info, ReadOnlySpan<Sample> samples, TimeSpan cycle)
    {
        _isLost = false;
        _status.Add(samples, group.Reasons, cycle, info);
        group.ReportQualityChanges(_logTag);
        Publish(info, samples);
    }

    /// <summary>Publishes one failed scan in which all tags are BadComm. Further calls do nothing until the next good scan.</summary>
    public void FailAll(IReadOnlyList<Tag> tags, string reason)
    {
        if (_isLost) return;
        _isLost = true;
        var now = _time.GetUtcNow().UtcDateTime;
        var samples = new Sample[tags.Count];
        for (var i = 0; i < samples.Length; i++) samples[i] = new Sample { Tag = tags[i], Quality = Quality.BadComm, Time = now };
        var reasons = new string?[samples.Length];
        Array.Fill(reasons, reason);
        _status.Set(samples, reasons);
        Publish(new ScanInfo(0, now, _time.GetTimestamp(), reason), samples);
    }

    private void Publish(in ScanInfo info, ReadOnlySpan<Sample> samples)
    {
        // Numbers count the scans of all poll rates of a device, so that the log can name the scan between two versions of a recipe.
        var numbered = info with { Number = Interlocked.Increment(ref _number) };
        foreach (var listener in Volatile.Read(ref _listeners))
        {
            try
            {
                listener.OnScan(numbered, samples);
            }
            catch (Exception exception)
            {
                if (_listenerLimit.TryAcquire(out _))
                    _log.Error($"BUG in=listener type={listener.GetType().Name} reason=\"{PluginFault.Describe(exception)}\"");
            }
        }
    }

    private void LogTag(Sample sample, string? reason)
    {
        if (!_tagLimit.TryAcquire(out var suppressed)) return;
        var rest = LogText.Suppressed(suppressed);
        if (sample.Quality == Quality.Good) _log.Info($"GOOD tag={sample.Tag}{rest}");
        else _log.Warn($"BAD tag={sample.Tag} quality={sample.Quality.ToText()} reason=\"{reason}\"{rest}");
    }
}
