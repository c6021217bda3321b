using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Sinks.Asking;

/// <summary>
/// Checks without I/O whether a sink gives answers. Called on a recipe thread while a recipe is built; opens the sink on a plugin thread
/// and blocks until that returns, at most 4 s. Each sink is opened once.
/// </summary>
internal sealed class AnswerCheck(SiteModel site, PluginCatalog plugins, PluginFactory opener)
{
    private readonly ConcurrentDictionary<string, string?> _known = new(StringComparer.Ordinal);

    /// <summary>Returns why a sink gives no answers; null if it does.</summary>
    public string? WhyNotAsked(string sink) => _known.GetOrAdd(sink, Check);

    private string? Check(string name)
    {
        var model = site.Sinks.First(s => s.Name == name);
        if (model.Delivery == DeliveryKind.Direct)
            return $"{name} has no queue in which requests can wait: leave out delivery = \"direct\" in [sinks.{name}] of site.toml";

        // A missing plugin and wrong options are reported as errors of the sink.
        if (plugins.Sink(model.Sink) is not { } plugin || opener.Sink(model, plugin, []) is not { } open) return null;
        var check = PluginThread.RunAsync(() => IsAnswering(open));
        try
        {
            if (!check.Wait(Supervisor.OpenTimeout))
                return $"{name}: its plugin {model.Sink} did not open it within {Supervisor.OpenTimeout.TotalSeconds:0} s";
        }
        catch (AggregateException)
        {
            return null;
        }

        return check.Result ? null : $"{name} gives no answers, as no sink {model.Sink} does: send with To, or ask a sink such as http";
    }

    private static bool IsAnswering(Func<ISink> open)
    {
        var sink = open();
        PluginThread.DisposeLater(sink);
        return sink is IAnsweringSink;
    }
}
