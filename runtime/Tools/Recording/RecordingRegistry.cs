using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Control;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Starts recordings for <c>plant record</c> in a running host, at most four at a time. One per running host, kept by the
/// <see cref="ControlServer"/>, which calls it on the thread pool, several commands at a time; counts the running ones with interlocked
/// operations. Logs RECORD and RECORDED.
/// </summary>
internal sealed class RecordingRegistry(string site, IReadOnlyList<DeviceSupervisor> devices, TimeProvider time, PlantLog log)
{
    /// <summary>4: each recording keeps copies of up to 50,000 samples per device in the host's memory.</summary>
    private const int Most = 4;

    private int _running;

    /// <summary>Registers the command, before the server starts.</summary>
    public void AddTo(ControlServer server) => server.OnStream("record", Open);

    private Recording Open(JsonObject request)
    {
        var wanted = ReadStrings(request, "devices");
        foreach (var name in wanted.Where(name => devices.All(d => d.Name != name)))
            throw new ControlException($"no device \"{name}\" in the running site{Nearest.DidYouMean(name, devices.Select(d => d.Name))}");
        List<DeviceSupervisor> taken = [.. devices.Where(d => wanted.Count == 0 || wanted.Contains(d.Name))];
        var patterns = ReadStrings(request, "mask");
        foreach (var pattern in patterns.Where(p => !taken.SelectMany(d => d.Tags).Any(new TagMask([p]).Covers)))
            throw new ControlException($"--mask \"{pattern}\" covers no tag: write device.tag, with * and ?");
        if (Interlocked.Increment(ref _running) > Most)
        {
            Interlocked.Decrement(ref _running);
            throw new ControlException($"{Most} recordings are running: end one of them first");
        }

        log.Info($"RECORD devices={string.Join(',', taken.Select(d => d.Name))}");
        return new Recording(CaptureFormat.CreateHeader(site, time.GetUtcNow().UtcDateTime, taken), taken, new TagMask(patterns), Ended);
    }

    private void Ended(Recording recording)
    {
        Interlocked.Decrement(ref _running);
        log.Write(recording.Lost > 0 ? LogLevel.Warn : LogLevel.Info,
            $"RECORDED scans={recording.Scans} lost={recording.Lost}");
    }

    private static List<string> ReadStrings(JsonObject request, string key) =>
        [.. (request[key] as JsonArray ?? []).Select(t => (string)t!)];
}
