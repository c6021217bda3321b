using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// Old versions of recipes on their way out of memory. Garbage collection takes them in its own time; one that is still there after a while
/// gets a collection of its own, and is named when even that leaves it: something refers to it.
/// </summary>
internal sealed class Departures(TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>A collection stops everything for a moment: many edits share one.</summary>
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(15);

    private readonly List<(string Name, WeakReference Context, long Since)> _leaving = [];
    private long? _collected;

    public void Add(string name, WeakReference context)
    {
        lock (_leaving) _leaving.Add((name, context, time.GetTimestamp()));
    }

    /// <summary>Called from time to time.</summary>
    public void Watch()
    {
        List<(string Name, WeakReference Context, long Since)> late;
        lock (_leaving)
        {
            _leaving.RemoveAll(d => !d.Context.IsAlive);
            late = [.. _leaving.Where(d => time.GetElapsedTime(d.Since) > s_patience)];
            if (late.Count == 0 || (_collected is { } last && time.GetElapsedTime(last) < s_between)) return;
            _collected = time.GetTimestamp();
            _leaving.RemoveAll(late.Contains);
        }

        for (var i = 0; i < 3 && late.Any(d => d.Context.IsAlive); i++)
        {
            // Aggressive: what the compilation and the old version took goes back to the system, which has little.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        foreach (var (name, _, _) in late.Where(d => d.Context.IsAlive))
            log.Warn($"LEAK recipe={name} still in memory after it was replaced: a thread, timer or static event holds it");
    }
}
