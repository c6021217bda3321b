using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Starts recordings for <c>plant record</c> in a running host, at most four at a time, and ends them. One per running host, called on the
/// thread pool, several calls at a time. Logs RECORD and RECORDED.
/// </summary>
internal sealed class RecordingRegistry(string site, IReadOnlyList<DeviceSupervisor> devices, TimeProvider time, PlantLog log)
{
    /// <summary>4: each recording keeps copies of up to 50,000 samples per device in the host's memory.</summary>
    private const int Most = 4;

    private readonly ConcurrentDictionary<int, Recording> _running = new();
    private int _count;
    private int _lastId;

    /// <summary>Starts a recording, which the caller disposes.</summary>
    /// <param name="names">The devices; none for all.</param>
    /// <param name="mask">Patterns of tags whose values are hidden.</param>
    /// <returns>The number of the recording, and the recording.</returns>
    /// <exception cref="RefusedException">A device or tag is unknown, or too many recordings are running.</exception>
    public (int Id, Recording Recording) Start(IReadOnlyList<string> names, IReadOnlyList<string> mask)
    {
        foreach (var name in names.Where(name => devices.All(d => d.Name != name)))
            throw new RefusedException($"no device \"{name}\" in the running site{Nearest.DidYouMean(name, devices.Select(d => d.Name))}");
        List<DeviceSupervisor> taken = [.. devices.Where(d => names.Count == 0 || names.Contains(d.Name))];
        foreach (var pattern in mask.Where(p => !taken.SelectMany(d => d.Tags).Any(new TagMask([p]).Covers)))
            throw new RefusedException($"--mask \"{pattern}\" covers no tag: write device.tag, with * and ?");
        if (Interlocked.Increment(ref _count) > Most)
        {
            Interlocked.Decrement(ref _count);
            throw new RefusedException($"{Most} recordings are running: end one of them first");
        }

        log.Info($"RECORD devices={string.Join(',', taken.Select(d => d.Name))}");
        var id = Interlocked.Increment(ref _lastId);
        var head = CaptureFormat.CreateHeader(site, time.GetUtcNow().UtcDateTime, taken);
        return (id, _running[id] = new Recording(head, taken, new TagMask(mask), recording => Ended(id, recording)));
    }

    /// <summary>Ends a recording: what was recorded is still sent. Returns false if it has ended already.</summary>
    public bool End(int id)
    {
        if (!_running.TryGetValue(id, out var recording)) return false;
        recording.End();
        return true;
    }

    private void Ended(int id, Recording recording)
    {
        if (!_running.TryRemove(id, out _)) return;
        Interlocked.Decrement(ref _count);
        log.Write(recording.Lost > 0 ? LogLevel.Warn : LogLevel.Info,
            $"RECORDED scans={recording.Scans} lost={recording.Lost}");
    }
}
