using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Tells what a register holds after a write, from the driver of the device, which is opened at the first write and never connected. A
/// plugin that is missing, or that learns types from the device only, changes nothing. Owned by <see cref="TestSite"/>; called on the
/// thread of the test that runs.
/// </summary>
internal sealed class SimulatedTypes(
    SiteModel site, IReadOnlyList<string> pluginFolders, Func<string, string?> environment, TimeProvider time, PlantLog log) : IDisposable
{
    private readonly List<IDriver> _drivers = [];
    private readonly Dictionary<(string Device, string Tag), IWriter?> _writers = [];
    private PluginCatalog? _plugins;

    /// <summary>Applies the type of a tag to a value.</summary>
    /// <returns>Why the type cannot hold the value; null if it can.</returns>
    public string? TryHold(string device, TagModel tag, Value value, out Value held)
    {
        held = value;
        if (Find(device, tag) is not { } writer) return null;
        try
        {
            var raw = Unscale.ToRaw(tag, value);
            if (Preview(writer, tag, raw) is { } preview) held = Unscale.FromRaw(tag, preview);
            return null;
        }
        catch (Exception exception)
        {
            return PluginFault.Describe(exception);
        }
    }

    public void Dispose()
    {
        foreach (var driver in _drivers) PluginThread.DisposeLater(driver);
        _plugins?.Dispose();
    }

    private static Value? Preview(IWriter writer, TagModel tag, Value raw)
    {
        try
        {
            return writer.Preview(0, raw);
        }
        catch (RefusedException refusal) when (refusal.NeedsWholeNumber && tag.Round == WriteRounding.Nearest)
        {
            return writer.Preview(0, Unscale.ToWhole(tag, raw));
        }
    }

    private IWriter? Find(string device, TagModel tag)
    {
        if (!_writers.TryGetValue((device, tag.Name), out var writer))
            _writers[(device, tag.Name)] = writer = Open(site.Devices.First(d => d.Name == device), tag);
        return writer;
    }

    private IWriter? Open(DeviceModel device, TagModel tag)
    {
        if (_plugins is null)
        {
            _plugins = new PluginCatalog(pluginFolders, log, site.RequireLock ? new PluginLock(site.Folder) : null);
            _plugins.Load(site.PluginNames);
        }

        var factory = new PluginFactory(site, environment, time, log);
        if (_plugins.Driver(device.Driver) is not { } plugin || factory.Driver(device, plugin, []) is not { } open) return null;
        try
        {
            var driver = open();
            _drivers.Add(driver);
            return (driver as IWritable)?.PrepareWrites([tag.Definition]);
        }
        catch (Exception)
        {
            // plant check reports wrong addresses; a test runs without them.
            return null;
        }
    }
}
