using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Recording;

/// <summary>What <c>plant record</c> asks a running host: a few recordings at a time.</summary>
internal sealed class RecordingBook(string site, IReadOnlyList<DeviceRunner> devices, TimeProvider time, PlantLog log)
{
    private const int Most = 4;
    private int _running;

    public void AddTo(ControlServer server) => server.OnStream("record", Open);

    private Recording Open(JsonObject request)
    {
        var wanted = Texts(request, "devices");
        foreach (var name in wanted.Where(name => devices.All(d => d.Name != name)))
            throw new ControlException($"no device \"{name}\" in the running site{Nearest.Hint(name, devices.Select(d => d.Name))}");
        List<DeviceRunner> taken = [.. devices.Where(d => wanted.Count == 0 || wanted.Contains(d.Name))];
        var patterns = Texts(request, "mask");
        foreach (var pattern in patterns.Where(p => !taken.SelectMany(d => d.Tags).Any(new TagMask([p]).Covers)))
            throw new ControlException($"--mask \"{pattern}\" covers no tag: write device.tag, with * and ?");
        if (Interlocked.Increment(ref _running) > Most)
        {
            Interlocked.Decrement(ref _running);
            throw new ControlException($"{Most} recordings run already: end one of them");
        }

        log.Info($"RECORD devices={string.Join(',', taken.Select(d => d.Name))}");
        return new Recording(CaptureFormat.Head(site, time.GetUtcNow().UtcDateTime, taken), taken, new TagMask(patterns), Ended);
    }

    private void Ended(Recording recording)
    {
        Interlocked.Decrement(ref _running);
        log.Write(recording.Lost > 0 ? LogLevel.Warn : LogLevel.Info,
            string.Create(CultureInfo.InvariantCulture, $"RECORDED scans={recording.Scans} lost={recording.Lost}"));
    }

    private static List<string> Texts(JsonObject request, string key) => [.. (request[key] as JsonArray ?? []).Select(t => (string)t!)];
}
