using PlantRuntime.Logging;
using PlantRuntime.Recipes.State;
using PlantRuntime.Sites.Settings;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Lists how a running site changes, part by part, when it applies a folder as it is now. The host executes it (SiteSwap) and logs it;
/// <c>plant diff</c> and <c>plant check</c> show it. Immutable; comparing reads no file and changes nothing.
/// </summary>
/// <param name="Site">Sections of site.toml other than devices and sinks, where they differ.</param>
/// <param name="Devices">All devices of both.</param>
/// <param name="Sinks">All sinks of both.</param>
/// <param name="Recipes">All recipes of both.</param>
internal sealed record ReloadPlan(
    IReadOnlyList<PartChange> Site, IReadOnlyList<PartChange> Devices, IReadOnlyList<PartChange> Sinks, IReadOnlyList<RecipeChange> Recipes)
{
    /// <summary>True when nothing changes.</summary>
    public bool IsEmpty => Lines(all: false).Count == Recipes.Count(r => r.Kind == ChangeKind.Refused);

    /// <summary>True when a connection ends or state of a recipe is lost.</summary>
    public bool IsDisruptive =>
        Devices.Concat(Sinks).Any(p => p.Kind is ChangeKind.Restarts or ChangeKind.Removed) || Recipes.Any(r => r.Dropped.Count > 0);

    public static ReloadPlan Compare(SiteSnapshot running, SiteSnapshot next)
    {
        var parts = new ReloadPlan(
            [.. CompareSite(running.Site, next.Site)],
            CompareParts(running.Devices, next.Devices, _ => false),
            CompareParts(running.Sinks, next.Sinks, IsAdjustment),
            []);
        return parts with { Recipes = [.. CompareRecipes(running, next, parts.MustSwap)] };
    }

    /// <summary>
    /// True when a recipe must be planned again although its text is the same, because something changed that its plan was made
    /// or checked with.
    /// </summary>
    public bool NeedsReplan(RecipeSnapshot recipe) =>
        MustSwap(recipe) || Devices.Any(d => d.Kind != ChangeKind.Kept && recipe.Accesses.Contains(d.Name));

    /// <summary>True when a new version of a recipe replaces the running one, or the recipe is new.</summary>
    public bool IsSwapped(string recipe) => Recipes.First(r => r.File == recipe).Kind is ChangeKind.Swapped or ChangeKind.Added;

    /// <summary>True when a recipe uses a device that starts again with other settings.</summary>
    public bool RestartsDevicesOf(RecipeSnapshot recipe) =>
        Devices.Any(d => d.Kind == ChangeKind.Restarts && (recipe.Devices.Contains(d.Name) || recipe.Accesses.Contains(d.Name)));

    /// <summary>Logs the parts that change.</summary>
    public void LogTo(PlantLog log)
    {
        foreach (var line in Lines(all: false)) log.Info($"PLAN {line[0]}={line[1]} next=\"{line[2]}\"");
    }

    /// <summary>Returns one line for each part: section, name, and how it is treated.</summary>
    /// <param name="all">True to include the parts that are kept.</param>
    public IReadOnlyList<string[]> Lines(bool all) =>
    [
        .. Site.Select(s => new[] { "site", $"[{s.Name}]", $"{s}" }),
        .. Devices.Where(d => all || d.Kind != ChangeKind.Kept).Select(d => new[] { "devices", d.Name, $"{d}" }),
        .. Sinks.Where(s => all || s.Kind != ChangeKind.Kept).Select(s => new[] { "sinks", s.Name, $"{s}" }),
        .. Recipes.Where(r => all || r.Kind != ChangeKind.Kept).Select(r => new[] { "recipes", ShortName(r.File), $"{r}" }),
    ];

    /// <summary>
    /// True when the running plan of a recipe holds objects that the reload replaces: tags, limits, the zone, or a sink whose kind
    /// of delivery changes.
    /// </summary>
    private bool MustSwap(RecipeSnapshot recipe) =>
        Site.Any(s => s.Keys.Any(key => key is "recipe_queue" or "recipe_memory" or "time_zone"))
        || Sinks.Any(s => s.Keys.Contains("delivery") && recipe.Sinks.Contains(s.Name))
        || Devices.Any(d => d.Keys.Any(SettingsList.ChangesTags) && recipe.Devices.Contains(d.Name));

    private static bool IsAdjustment(string key) => key.StartsWith("queue.", StringComparison.Ordinal);

    private static IEnumerable<PartChange> CompareSite(IReadOnlyList<Setting> running, IReadOnlyList<Setting> next)
    {
        var changed = SettingsList.Difference(running, next)
            .Select(key => (Key: key,
                IsHot: key is "log.level" or "site.time_zone" || key.StartsWith("limits.recipe_", StringComparison.Ordinal)));
        foreach (var part in changed.GroupBy(c => (Section: c.Key.Split('.', ' ')[0], c.IsHot)))
        {
            var kind = part.Key.IsHot ? ChangeKind.Adjusted : ChangeKind.NextStart;
            yield return new PartChange(part.Key.Section, kind, [.. part.Select(c => c.Key[(part.Key.Section.Length + 1)..])]);
        }
    }

    private static List<PartChange> CompareParts(
        IReadOnlyList<PartSnapshot> running, IReadOnlyList<PartSnapshot> next, Func<string, bool> isAdjustment)
    {
        var changes = new List<PartChange>();
        foreach (var part in next)
        {
            var old = running.FirstOrDefault(r => r.Name == part.Name);
            var keys = old is null ? [] : SettingsList.Difference(old.Settings, part.Settings);
            var kind = old is null ? ChangeKind.Added
                : keys.Count == 0 ? ChangeKind.Kept
                : keys.All(isAdjustment) ? ChangeKind.Adjusted : ChangeKind.Restarts;
            changes.Add(new PartChange(part.Name, kind, keys));
        }

        changes.AddRange(running.Where(r => next.All(n => n.Name != r.Name)).Select(r => new PartChange(r.Name, ChangeKind.Removed, [])));
        return changes;
    }

    private static IEnumerable<RecipeChange> CompareRecipes(SiteSnapshot running, SiteSnapshot next, Func<RecipeSnapshot, bool> mustSwap)
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
            var mapping = StateMapping.Create(old.ParseOperatorPaths(), recipe.ParseOperatorPaths());
            var (before, after) = (Effects(old), Effects(recipe));
            yield return new RecipeChange(
                recipe.File, kind, [.. after.Except(before)], [.. before.Except(after)], mapping.Pairs.Count, mapping.Dropped);
        }

        foreach (var old in running.Recipes.Where(r => next.Recipes.All(n => n.File != r.File)))
        {
            yield return new RecipeChange(
                old.File, ChangeKind.Removed, [], Effects(old), 0,
                [.. old.ParseOperatorPaths().Select(p => $"{p.Name}: the recipe is gone")]);
        }
    }

    private static IReadOnlyList<string> Effects(RecipeSnapshot recipe) =>
    [
        .. recipe.Sinks.Select(s => $"route {ShortName(recipe.File)} > {s}"),
        .. recipe.Mirrors.Select(m => $"mirror {m}"),
        .. recipe.Writes.Select(w => $"write {w}"),
    ];

    private static string ShortName(string file) =>
        file.StartsWith("recipes/", StringComparison.Ordinal) ? file["recipes/".Length..] : file;
}
