using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Writes log lines of a plugin with the name of its device or sink, at most ten per second; the others are counted. Created for each
/// driver or sink and called by the plugin on any thread; never blocks on I/O.
/// </summary>
internal sealed class HostPluginLog(string name, TimeProvider time, PlantLog log) : IPluginLog
{
    private readonly LogLimit _limit = new(time, TimeSpan.FromSeconds(1), burst: 10);

    public void Info(string message) => Write(LogLevel.Info, message);

    public void Warn(string message) => Write(LogLevel.Warn, message);

    private void Write(LogLevel level, string message)
    {
        if (_limit.TryAcquire(out var suppressed))
            log.Write(level, $"PLUGIN from={name} message=\"{message}\"{LogText.Suppressed(suppressed)}");
    }
}
