using System.Collections.Concurrent;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Plugins;

/// <summary>Keeps the trace of each device of a site, by its name. Owned by the site's <see cref="PluginFactory"/>; any thread.</summary>
internal sealed class DeviceTraces(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, WireTrace> _traces = new();

    /// <summary>Returns the trace of a device, which its drivers report to.</summary>
    public WireTrace Of(string device) => _traces.GetOrAdd(device, static (_, time) => new WireTrace(time), time);
}
