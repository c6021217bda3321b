using System.Collections.Concurrent;
using PlantRuntime.Contracts;

namespace PlantRuntime.Modbus.Tests.Testing;

internal sealed class RecordingLog : IPluginLog
{
    public ConcurrentQueue<string> Warnings { get; } = new();

    public void Info(string message)
    {
    }

    public void Warn(string message) => Warnings.Enqueue(message);
}
