using PlantRuntime.Logging;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Checks that replaced versions of recipes leave memory. A version that is still there after ten seconds gets a garbage collection of its
/// own, and is named in the log when it survives that, because something refers to it. Owned by one RecipeManager; slots add versions from
/// any thread, the host's supervision loop calls <see cref="Check"/>.
/// </summary>
internal sealed class UnloadMonitor(TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Shortest time between two collections. A collection stops all threads, so that the versions of many edits share one.
    /// </summary>
    private static readonly TimeSpan s_betweenCollections = TimeSpan.FromSeconds(15);

    private readonly List<(string Recipe, int Version, WeakReference Context, long Since)> _unloading = [];
    private long? _collected;

    /// <summary>Adds a version whose load context has begun to unload.</summary>
    public void Add(string recipe, int version, WeakReference context)
    {
        lock (_unloading) _unloading.Add((recipe, version, context, time.GetTimestamp()));
    }

    /// <summary>Called every second by the host's supervision loop. Blocks during a collection.</summary>
    public void Check()
    {
        List<(string Recipe, int Version, WeakReference Context, long Since)> late;
        lock (_unloading)
        {
            _unloading.RemoveAll(d => !d.Context.IsAlive);
            late = [.. _unloading.Where(d => time.GetElapsedTime(d.Since) > s_timeout)];
            if (late.Count == 0 || (_collected is { } last && time.GetElapsedTime(last) < s_betweenCollections)) return;
            _collected = time.GetTimestamp();
            _unloading.RemoveAll(late.Contains);
        }

        for (var i = 0; i < 3 && late.Any(d => d.Context.IsAlive); i++)
        {
            // Aggressive returns the memory of the compilation and of the old version to the system.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        foreach (var (recipe, version, _, _) in late.Where(d => d.Context.IsAlive))
            log.Warn($"LEAK recipe={recipe} version={version} reason=\"still in memory after it was replaced: a thread, timer or static event holds it\"");
    }
}
