using PlantRuntime.Contracts;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Plugins;

/// <summary>What plugins say, with the name of the device or sink before it; one that chatters is cut short and told so.</summary>
internal sealed class HostPluginLog(string name, TimeProvider time, PlantLog log) : IPluginLog
{
    private readonly LogLimit _limit = new(time, TimeSpan.FromSeconds(1), burst: 10);

    public void Info(string message) => Write(LogLevel.Info, message);

    public void Warn(string message) => Write(LogLevel.Warn, message);

    private void Write(LogLevel level, string message)
    {
        if (_limit.May(out var held)) log.Write(level, $"PLUGIN from={name} {message}{(held > 0 ? $" unsaid={held}" : "")}");
    }
}
