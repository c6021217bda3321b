using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Devices;

/// <summary>Writes the log lines of the lifecycle of a device; <see cref="Supervisor"/> calls these methods.</summary>
internal sealed partial class DeviceSupervisor
{
    /// <summary>Logs the counters of the device at the end of the host.</summary>
    public void LogEnd() =>
        _log.Info($"END device={Name} scans={Status.Scans} failed={Status.Failed} skipped={Status.Skipped} connects={Status.Connects}");

    protected override void LogParked(string reason, TimeSpan? pause)
    {
        var next = pause is { } wait
            ? $"it is tried again in {DurationText.Format(wait)}, or at once with plant restart; all else runs on"
            : "replace the plugin or correct site.toml; all else runs on";
        _log.Error($"PARKED device={Name} driver={Model.Driver} reason=\"{reason}\" next=\"{next}\"");
    }

    protected override void LogHang(string reason) =>
        _log.Error($"HANG device={Name} driver={Model.Driver} reason=\"{reason}\" next=\"a new one is opened\"");

    protected override void LogFault(string reason, int faults) =>
        _log.Error($"FAULT device={Name} driver={Model.Driver} reason=\"{reason}\" faults={faults} next=\"the plugin is parked at the third\"");

    protected override void LogEnded(string reason, TimeSpan pause, long suppressed) => _log.Error(
        $"ENDED device={Name} driver={Model.Driver} reason=\"{reason}\"{LogText.Suppressed(suppressed)} next=\"a new session starts in {pause.TotalSeconds:0} s\"");

    protected override void LogLeftBehind() =>
        _log.Warn($"STOP device={Name} driver={Model.Driver} reason=\"its plugin did not come back; left behind\"");

    protected override void LogCloseFailed(string reason) => _log.Warn($"CLOSE device={Name} driver={Model.Driver} reason=\"{reason}\"");
}
