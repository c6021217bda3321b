using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Reloading;

/// <summary>
/// A site checked as far as that goes without touching a device: plugins, their options, addresses, and every recipe compiled, planned and
/// tried.
/// </summary>
internal sealed class CheckedSite : IDisposable
{
    private readonly SiteModel _said;

    private CheckedSite(SiteModel said, RecipeMaker maker, Opener opener, IReadOnlyList<MadeRecipe> recipes, IEnumerable<Problem> problems)
    {
        _said = said;
        (Maker, Opener, Recipes) = (maker, opener, recipes);
        Problems = [.. problems.Concat(recipes.SelectMany(r => r.Problems))
            .OrderBy(p => p.At.File, StringComparer.Ordinal).ThenBy(p => p.At.Line).ThenBy(p => p.At.Column)];
    }

    public SiteModel Model => Maker.Site;

    public Opener Opener { get; }

    public RecipeMaker Maker { get; }

    public IReadOnlyList<MadeRecipe> Recipes { get; }

    /// <summary>Everything that is wrong, by place.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    public IEnumerable<Problem> Warnings => Recipes.SelectMany(r => r.Warnings);

    /// <param name="said">The site as its site.toml says it; the maker's differs where something holds until the host ends.</param>
    /// <param name="maker">Makes its recipes.</param>
    /// <param name="opener">Opens its drivers and sinks.</param>
    /// <param name="plugins">The plugins.</param>
    /// <param name="make">Makes all recipes with it.</param>
    public static async Task<CheckedSite> OfAsync(
        SiteModel said, RecipeMaker maker, Opener opener, PluginCatalog plugins, Func<RecipeMaker, Task<IReadOnlyList<MadeRecipe>>> make)
    {
        var problems = new List<Problem>(opener.Missing(plugins));
        problems.AddRange(await opener.CheckAsync(plugins).ConfigureAwait(false));
        return new CheckedSite(said, maker, opener, await make(maker).ConfigureAwait(false), problems);
    }

    /// <summary>What it consists of; to be asked when there are no problems.</summary>
    public SiteInventory Inventory() =>
        SiteInventory.Of(Model, Recipes.Select(r => RecipeInventory.Of(r.File, r.Compiled.Meaning, r.Loaded!.Plan)), _said);

    /// <summary>Lets go of the recipes; not to be called when they run.</summary>
    public void Dispose()
    {
        foreach (var recipe in Recipes) recipe.Discard();
    }
}
