namespace PlantRuntime.Host.Recipes;

/// <summary>
/// Looks whether what stays in memory comes near to what the host may use. Then the recipe that allocated most of late is stopped and let
/// go; the runtime does not tell who keeps what. Afterwards it waits to see what that has given back.
/// </summary>
internal sealed class MemoryWatch(TimeProvider time)
{
    private const double Share = 0.75;
    private const double Step = 0.05;
    private const double Memory = 0.9;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);
    private readonly Dictionary<RecipeEntry, (long Allocated, double Lately)> _recipes = [];
    private long _next;
    private long? _stopped;

    /// <summary>Called from time to time.</summary>
    public void Look(IReadOnlyList<RecipeEntry> recipes)
    {
        foreach (var gone in _recipes.Keys.Except(recipes).ToList()) _recipes.Remove(gone);
        foreach (var recipe in recipes)
        {
            var (before, lately) = _recipes.GetValueOrDefault(recipe);

            // A new version begins to count at 0.
            var grown = recipe.Allocated - (recipe.Allocated < before ? 0 : before);
            _recipes[recipe] = (recipe.Allocated, (lately * Memory) + grown);
        }

        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var most = (long)(limit * Share);
        if (GC.GetTotalMemory(forceFullCollection: false) < Math.Max(most, _next)) return;
        if (_stopped is { } last && time.GetElapsedTime(last) < s_pause) return;

        // What was let go leaves in two steps.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var kept = GC.GetTotalMemory(forceFullCollection: false);
        _next = kept + (long)(limit * Step);
        if (kept < most || Suspect(recipes, limit - most) is not { } suspect) return;
        _stopped = time.GetTimestamp();
        suspect.StopGreedy($"the host keeps {kept >> 20} MB of the {limit >> 20} MB that it may, and this recipe allocated most of late");
    }

    /// <summary>Who has not allocated even <paramref name="little"/> since it started cannot be the one.</summary>
    private RecipeEntry? Suspect(IReadOnlyList<RecipeEntry> recipes, long little) =>
        recipes.Where(r => r.State == RecipeState.Running && r.Allocated > little).MaxBy(r => _recipes[r].Lately);
}
