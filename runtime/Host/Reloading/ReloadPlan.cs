using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Host.Reloading;

/// <summary>
/// What becomes of a running site when it takes a folder as it is now, part by part. The host acts by it, and says it in the log and to
/// <c>plant diff</c> and <c>plant check</c>.
/// </summary>
/// <param name="Site">Sections of site.toml that are neither devices nor sinks, where they differ.</param>
/// <param name="Devices">All devices, of both.</param>
/// <param name="Sinks">All sinks, of both.</param>
/// <param name="Recipes">All recipes, of both.</param>
internal sealed record ReloadPlan(
    IReadOnlyList<PartChange> Site, IReadOnlyList<PartChange> Devices, IReadOnlyList<PartChange> Sinks, IReadOnlyList<RecipeChange> Recipes)
{
    /// <summary>True when nothing at all would change.</summary>
    public bool IsEmpty => Lines(all: false).Count == Recipes.Count(r => r.Kind == ChangeKind.Refused);

    /// <summary>True when a connection ends or something that a recipe remembers is lost.</summary>
    public bool IsFelt =>
        Devices.Concat(Sinks).Any(p => p.Kind is ChangeKind.Restarts or ChangeKind.Removed) || Recipes.Any(r => r.Dropped.Count > 0);

    public static ReloadPlan Compare(SiteInventory running, SiteInventory next)
    {
        var parts = new ReloadPlan(
            [.. CompareSite(running.Site, next.Site)],
            CompareParts(running.Devices, next.Devices, _ => false),
            CompareParts(running.Sinks, next.Sinks, IsAdjustment),
            []);
        return parts with { Recipes = [.. CompareRecipes(running, next, parts.Replaces)] };
    }

    /// <summary>
    /// Whether a recipe that means the same as before may still become another one: something changed that its plan was made or checked by.
    /// </summary>
    public bool Concerns(RecipeInventory recipe) =>
        Replaces(recipe) || Devices.Any(d => d.Kind != ChangeKind.Kept && recipe.Reaches.Contains(d.Name));

    /// <summary>Whether a new version of a recipe takes over.</summary>
    public bool Swaps(string recipe) => Recipes.First(r => r.File == recipe).Kind is ChangeKind.Swapped or ChangeKind.Added;

    /// <summary>Whether a recipe gets what it runs on from a device that begins anew with other settings.</summary>
    public bool Feeds(RecipeInventory recipe) =>
        Devices.Any(d => d.Kind == ChangeKind.Restarts && (recipe.Devices.Contains(d.Name) || recipe.Reaches.Contains(d.Name)));

    /// <summary>One line a part: section, name, what is done.</summary>
    /// <param name="all">Those too that nothing is done to.</param>
    public IReadOnlyList<string[]> Lines(bool all) =>
    [
        .. Site.Select(s => new[] { "site", $"[{s.Name}]", $"{s}" }),
        .. Devices.Where(d => all || d.Kind != ChangeKind.Kept).Select(d => new[] { "devices", d.Name, $"{d}" }),
        .. Sinks.Where(s => all || s.Kind != ChangeKind.Kept).Select(s => new[] { "sinks", s.Name, $"{s}" }),
        .. Recipes.Where(r => all || r.Kind != ChangeKind.Kept).Select(r => new[] { "recipes", ShortName(r.File), $"{r}" }),
    ];

    /// <summary>
    /// Whether the plan of a recipe holds what is there no longer: tags, limits, or a sink that has a queue now and had none, or the other way
    /// round, so that its routes lead to another place.
    /// </summary>
    private bool Replaces(RecipeInventory recipe) =>
        Site.Any(s => s.Keys.Contains("recipe_queue") || s.Keys.Contains("recipe_memory"))
        || Sinks.Any(s => s.Keys.Contains("delivery") && recipe.Sinks.Contains(s.Name))
        || Devices.Any(d => d.Keys.Any(SiteSettings.IsOfTags) && recipe.Devices.Contains(d.Name));

    private static bool IsAdjustment(string key) => key.StartsWith("queue.", StringComparison.Ordinal);

    private static IEnumerable<PartChange> CompareSite(IReadOnlyList<Setting> running, IReadOnlyList<Setting> next)
    {
        var changed = SiteSettings.Difference(running, next)
            .Select(key => (Key: key, IsHot: key.StartsWith("limits.recipe_", StringComparison.Ordinal) || key == "log.level"));
        foreach (var part in changed.GroupBy(c => (Section: c.Key[..c.Key.IndexOf('.')], c.IsHot)))
        {
            var kind = part.Key.IsHot ? ChangeKind.Adjusted : ChangeKind.NextStart;
            yield return new PartChange(part.Key.Section, kind, [.. part.Select(c => c.Key[(part.Key.Section.Length + 1)..])]);
        }
    }

    private static List<PartChange> CompareParts(
        IReadOnlyList<PartInventory> running, IReadOnlyList<PartInventory> next, Func<string, bool> isAdjustment)
    {
        var changes = new List<PartChange>();
        foreach (var part in next)
        {
            var old = running.FirstOrDefault(r => r.Name == part.Name);
            var keys = old is null ? [] : SiteSettings.Difference(old.Settings, part.Settings);
            var kind = old is null ? ChangeKind.Added
                : keys.Count == 0 ? ChangeKind.Kept
                : keys.All(isAdjustment) ? ChangeKind.Adjusted : ChangeKind.Restarts;
            changes.Add(new PartChange(part.Name, kind, keys));
        }

        changes.AddRange(running.Where(r => next.All(n => n.Name != r.Name)).Select(r => new PartChange(r.Name, ChangeKind.Removed, [])));
        return changes;
    }

    private static IEnumerable<RecipeChange> CompareRecipes(SiteInventory running, SiteInventory next, Func<RecipeInventory, bool> mustSwap)
    {
        foreach (var recipe in next.Recipes)
        {
            var old = running.Recipes.FirstOrDefault(r => r.File == recipe.File);
            if (old is null)
            {
                yield return new RecipeChange(recipe.File, ChangeKind.Added, Effects(recipe), [], 0, []);
                continue;
            }

            if (old.Refused == recipe.Meaning && !mustSwap(recipe))
            {
                yield return new RecipeChange(recipe.File, ChangeKind.Refused, [], [], 0, []);
                continue;
            }

            var kind = old.Meaning != recipe.Meaning || mustSwap(recipe) ? ChangeKind.Swapped : ChangeKind.Kept;
            var heirs = Heirs.Find(old.PlacesOfPlan(), recipe.PlacesOfPlan());
            var (before, after) = (Effects(old), Effects(recipe));
            yield return new RecipeChange(
                recipe.File, kind, [.. after.Except(before)], [.. before.Except(after)], heirs.Pairs.Count, heirs.Dropped);
        }

        foreach (var old in running.Recipes.Where(r => next.Recipes.All(n => n.File != r.File)))
        {
            yield return new RecipeChange(
                old.File, ChangeKind.Removed, [], Effects(old), 0, [.. old.PlacesOfPlan().Select(p => $"{p.Name}: the recipe is gone")]);
        }
    }

    private static IReadOnlyList<string> Effects(RecipeInventory recipe) =>
    [
        .. recipe.Sinks.Select(s => $"route {ShortName(recipe.File)} > {s}"),
        .. recipe.Mirrors.Select(m => $"mirror {m}"),
        .. recipe.Writes.Select(w => $"write {w}"),
    ];

    private static string ShortName(string file) =>
        file.StartsWith("recipes/", StringComparison.Ordinal) ? file["recipes/".Length..] : file;
}
