using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;

namespace PlantRuntime.Host.Reloading;

/// <summary>A site as it ran before an edit of site.toml.</summary>
/// <param name="Inventory">What it consisted of.</param>
/// <param name="Maker">Made its recipes.</param>
/// <param name="Opener">Opened its drivers and sinks.</param>
/// <param name="Versions">The versions that ran, by recipe.</param>
/// <param name="Saved">When the edit was saved that was taken instead, UTC.</param>
internal sealed record FormerSite(
    SiteInventory Inventory, RecipeMaker Maker, Opener Opener, IReadOnlyDictionary<string, int> Versions, DateTime Saved);
