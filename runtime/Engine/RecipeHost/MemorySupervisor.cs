namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Reads the managed memory of the process: the limit and the bytes in use; and runs a full collection. Tests replace it.
/// </summary>
internal sealed record HeapReader(Func<long> Limit, Func<long> Used, Action Collect)
{
    public static readonly HeapReader OfProcess = new(
        () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, () => GC.GetTotalMemory(forceFullCollection: false), CollectTwice);

    /// <summary>Collects twice, because unloaded code is freed only by the collection after its finalizers. Blocks.</summary>
    private static void CollectTwice()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}

/// <summary>Describes the allocations of one recipe at the time of a check. Immutable.</summary>
/// <param name="Recipe">Identifies the recipe.</param>
/// <param name="Bytes">Allocated since its version started; a new version begins at 0.</param>
/// <param name="Stop">Stops it with a reason; null when it does not run.</param>
internal readonly record struct RecipeAllocation(object Recipe, long Bytes, Action<string>? Stop);

/// <summary>
/// Stops a recipe when the memory in use after a collection reaches three quarters of the limit. The runtime cannot tell which recipe
/// holds the memory, so the one that allocated most in the last seconds is stopped. For three seconds after that no other recipe is
/// stopped, so that the memory can be released. Owned by one RecipeManager; called within the host's supervision loop, one call at a
/// time; not thread-safe.
/// </summary>
internal sealed class MemorySupervisor(TimeProvider time, HeapReader heap)
{
    private const double StopShare = 0.75;
    private const double NextCollectionShare = 0.05;
    private const double Decay = 0.9;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);
    private readonly Dictionary<object, (long Allocated, double Recent)> _recipes = [];
    private long _nextCollection;
    private long? _stopped;

    /// <summary>Called every second by the host's supervision loop. Blocks during a collection.</summary>
    public void Check(IReadOnlyList<RecipeAllocation> recipes)
    {
        foreach (var recipe in recipes)
        {
            var (before, recent) = _recipes.GetValueOrDefault(recipe.Recipe);
            var grown = recipe.Bytes - (recipe.Bytes < before ? 0 : before);
            _recipes[recipe.Recipe] = (recipe.Bytes, (recent * Decay) + grown);
        }

        if (_recipes.Count > recipes.Count)
            foreach (var gone in _recipes.Keys.Except(recipes.Select(r => r.Recipe)).ToList()) _recipes.Remove(gone);

        var limit = heap.Limit();
        var most = (long)(limit * StopShare);
        if (heap.Used() < Math.Max(most, _nextCollection)) return;
        if (_stopped is { } last && time.GetElapsedTime(last) < s_pause) return;
        heap.Collect();
        var kept = heap.Used();
        _nextCollection = kept + (long)(limit * NextCollectionShare);
        if (kept < most) return;

        // A recipe that has allocated less than a quarter of the limit since it started is not stopped.
        var suspects = recipes.Where(r => r.Stop is not null && r.Bytes > limit - most).ToList();
        if (suspects.Count == 0) return;
        _stopped = time.GetTimestamp();
        suspects.MaxBy(r => _recipes[r.Recipe].Recent)
            .Stop!($"the host keeps {kept >> 20} MB of the {limit >> 20} MB that it may, and this recipe allocated most of late");
    }
}
