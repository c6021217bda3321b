using System.Text;
using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>Loads a sink plugin from its folder, works with it, and sees it leave memory.</summary>
public static class SinkUnloading
{
    /// <param name="folder">The plugin's output folder.</param>
    /// <param name="context">What the sink is opened with.</param>
    /// <param name="settings">Values of options, by property name.</param>
    /// <returns>True when nothing of the plugin is left after a scan and a payload were written.</returns>
    public static bool Leaves(string folder, PluginContext context, params IReadOnlyList<(string Property, object Value)> settings) =>
        CollectiblePlugin.Leaves(folder, plugin => Use((ISinkPlugin)plugin, context, settings));

    private static void Use(ISinkPlugin plugin, PluginContext context, IReadOnlyList<(string Property, object Value)> settings)
    {
        var options = Activator.CreateInstance(plugin.OptionsType)!;
        foreach (var (property, value) in settings) plugin.OptionsType.GetProperty(property)!.SetValue(options, value);
        var sink = plugin.Open(options, context);
        sink.ConnectAsync(default).AsTask().GetAwaiter().GetResult();
        var batch = Counting(1, 0, 10);
        batch.Add(Start, "press", Encoding.UTF8.GetBytes("""{"a":1}"""));
        sink.WriteAsync(batch, default).AsTask().GetAwaiter().GetResult();
        sink.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
