using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Sinks;

/// <summary>Writes the log lines of the lifecycle of a sink; <see cref="Supervisor"/> calls these methods.</summary>
internal sealed partial class SinkSupervisor
{
    protected override void LogParked(string reason, TimeSpan? pause)
    {
        var next = pause is { } wait
            ? $"it is tried again in {DurationText.Format(wait)}, or at once with plant restart; its records wait"
            : "replace the plugin or correct site.toml; its records wait";
        _log.Error($"PARKED sink={Name} plugin={Model.Sink} reason=\"{reason}\" next=\"{next}\"");
    }

    protected override void LogHang(string reason) =>
        _log.Error($"HANG sink={Name} plugin={Model.Sink} reason=\"{reason}\" next=\"a new one is opened\"");

    protected override void LogFault(string reason, int faults) =>
        _log.Error($"FAULT sink={Name} plugin={Model.Sink} reason=\"{reason}\" faults={faults} next=\"the plugin is parked at the third\"");

    protected override void LogEnded(string reason, TimeSpan pause, long suppressed) => _log.Error(
        $"ENDED sink={Name} plugin={Model.Sink} reason=\"{reason}\"{LogText.Suppressed(suppressed)} next=\"a new session starts in {pause.TotalSeconds:0} s\"");

    protected override void LogLeftBehind() =>
        _log.Warn($"STOP sink={Name} plugin={Model.Sink} reason=\"its plugin did not come back; left behind\"");

    protected override void LogCloseFailed(string reason) => _log.Warn($"CLOSE sink={Name} plugin={Model.Sink} reason=\"{reason}\"");
}
