using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Holds a site that was checked without I/O to a device: plugins, their options, addresses, and every recipe compiled, planned and
/// dry-run. Created by a reload (host's poll loop) and by <c>plant check</c>; immutable. It owns the loaded recipes until they are applied.
/// </summary>
internal sealed class ValidatedSite : IDisposable
{
    private readonly SiteModel _declared;

    private ValidatedSite(
        SiteModel declared, RecipeBuilder builder, PluginFactory plugins, IReadOnlyList<BuildResult> recipes, IEnumerable<Problem> problems,
        IEnumerable<Problem> skipped)
    {
        _declared = declared;
        Warnings = [.. declared.Warnings, .. skipped, .. recipes.SelectMany(r => r.Warnings)];
        (Builder, Plugins, Recipes) = (builder, plugins, recipes);
        Problems = [.. problems.Concat(recipes.SelectMany(r => r.Problems))
            .OrderBy(p => p.At.File, StringComparer.Ordinal).ThenBy(p => p.At.Line).ThenBy(p => p.At.Column)];
    }

    public SiteModel Model => Builder.Site;

    /// <summary>Opens its drivers and sinks.</summary>
    public PluginFactory Plugins { get; }

    /// <summary>Builds its recipes.</summary>
    public RecipeBuilder Builder { get; }

    public IReadOnlyList<BuildResult> Recipes { get; }

    /// <summary>All errors, ordered by file, line and column.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>Warnings of tag tables and recipes, and entries of the recipes folder that are not read.</summary>
    public IReadOnlyList<Problem> Warnings { get; }

    /// <param name="declared">
    /// The site as its site.toml declares it. The builder's differs in settings that apply until the host ends.
    /// </param>
    /// <param name="builder">Builds its recipes.</param>
    /// <param name="plugins">Opens its drivers and sinks.</param>
    /// <param name="catalog">The plugins that exist.</param>
    /// <param name="build">Builds all recipes.</param>
    public static async Task<ValidatedSite> ValidateAsync(
        SiteModel declared, RecipeBuilder builder, PluginFactory plugins, PluginCatalog catalog,
        Func<RecipeBuilder, Task<IReadOnlyList<BuildResult>>> build)
    {
        var problems = new List<Problem>(plugins.Missing(catalog));
        problems.AddRange((await plugins.CheckAsync(catalog).ConfigureAwait(false)).All);
        var listing = builder.Files.Read();
        if (listing.State == FolderState.Unreadable) problems.AddRange(listing.Skipped);
        var skipped = listing.State == FolderState.Unreadable ? [] : listing.Skipped;
        return new ValidatedSite(declared, builder, plugins, await build(builder).ConfigureAwait(false), problems, skipped);
    }

    /// <summary>Returns the parts of the site. Valid only when there are no problems.</summary>
    public SiteSnapshot Snapshot() =>
        SiteSnapshot.From(Model, Recipes.Select(r => RecipeSnapshot.From(r.File, r.Compiled.Meaning, r.Loaded!.Plan)), _declared);

    /// <summary>Unloads the recipes. Must not be called after they were applied.</summary>
    public void Dispose()
    {
        foreach (var recipe in Recipes) recipe.Discard();
    }
}
