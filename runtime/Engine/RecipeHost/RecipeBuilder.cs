using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Builds versions of recipes for one site.toml: compiles, plans and dry-runs a file. Edits of a recipe, reloads of site.toml and
/// <c>plant check</c> use the same <see cref="BuildAsync"/>. Immutable; several files can be built at once; starts no recipe and touches
/// no running one.
/// </summary>
/// <param name="site">The site.</param>
/// <param name="files">Its recipe files.</param>
/// <param name="devices">Tags by device.</param>
/// <param name="blocks">Tells which blocks can be read and written.</param>
/// <param name="compiler">Compiles; the caller disposes of it.</param>
/// <param name="time">The clock.</param>
/// <param name="status">Tells recipes about the host; null when none runs.</param>
/// <param name="whyNotAsked">Returns why a sink gives no answers, or null; without it every sink does.</param>
internal sealed class RecipeBuilder(
    SiteModel site, RecipeSources files, IReadOnlyDictionary<string, IReadOnlyList<Tag>> devices, IBlockCheck blocks,
    RecipeCompiler compiler, TimeProvider time, ISiteStatus? status = null, Func<string, string?>? whyNotAsked = null)
{
    private readonly RecipeLoader _loader = new(site, devices, blocks, time, status: status, whyNotAsked: whyNotAsked);

    public SiteModel Site => site;

    public RecipeSources Files => files;

    /// <summary>The tags of each device, by its name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Tag>> Devices => devices;

    /// <summary>Returns the key of a file's content; null when it cannot be read. Reads the file and the scripts that it loads.</summary>
    public string? ReadKey(string file)
    {
        try
        {
            return compiler.Snapshot(files.Source(file)).Key;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Builds all recipes without running them, for a check of the site: one is planned while the next is compiled.</summary>
    public async Task<IReadOnlyList<BuildResult>> BuildAllAsync(CancellationToken cancel)
    {
        var all = files.Read().Files;
        var results = new BuildResult[all.Count];
        await Parallel.ForAsync(0, all.Count, cancel, async (i, stop) =>
            results[i] = await BuildAsync(all[i], _ => null, new FaultQuota(time, (_, _) => { }), stop).ConfigureAwait(false))
            .ConfigureAwait(false);
        return results;
    }

    /// <summary>Builds one recipe. Every failure is a problem of the result.</summary>
    /// <param name="file">Path from the site folder.</param>
    /// <param name="findUnchanged">Returns the version that runs when content of this meaning needs no build, otherwise null.</param>
    /// <param name="faults">Receives every exception of the version's lambdas while it runs.</param>
    /// <param name="cancel">Ends the wait for the compiler and for the dry run.</param>
    public async Task<BuildResult> BuildAsync(
        string file, Func<string, RecipeVersion?> findUnchanged, FaultQuota faults, CancellationToken cancel)
    {
        try
        {
            var (key, meaning, _, _) = compiler.Snapshot(files.Source(file));
            if (findUnchanged(meaning) is { } running)
                return new BuildResult(file, key, running.Compiled, running.Loaded, running.Faults, [], []) { IsUnchanged = true };
            if (files.IsEmpty(file)) return Failed(file, faults, "the file is empty: write a recipe, or delete it");
            var compiled = await compiler.CompileAsync(files.Source(file), cancel).ConfigureAwait(false);
            var problems = new List<Problem>(compiled.Problems);
            var warnings = new List<Problem>(compiled.Warnings);
            var loaded = problems.Count > 0
                ? null
                : await _loader.LoadAsync(file, compiled, faults.Report, problems, warnings, cancel).ConfigureAwait(false);
            return new BuildResult(file, compiled.IsTemporary ? "" : key, compiled, loaded, faults, problems, warnings);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(file, faults, exception.Message);
        }
    }

    private static BuildResult Failed(string file, FaultQuota faults, string reason)
    {
        Problem[] problems = [new Problem(new SourceLocation(file, 0, 0), reason)];
        return new BuildResult(file, "", CompiledRecipe.Failed(problems, []), null, faults, problems, []);
    }
}
