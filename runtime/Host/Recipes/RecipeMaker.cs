using PlantRuntime.Contracts;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes;

/// <summary>Makes plans of a site's recipe files, by one site.toml.</summary>
/// <param name="site">The site.</param>
/// <param name="files">Its recipe files.</param>
/// <param name="devices">Tags by device.</param>
/// <param name="blocks">Knows which blocks can be read and written.</param>
/// <param name="compiler">Compiles; not disposed here.</param>
/// <param name="time">The clock.</param>
internal sealed class RecipeMaker(
    SiteModel site, RecipeFiles files, IReadOnlyDictionary<string, IReadOnlyList<Tag>> devices, IBlockCheck blocks, RecipeCompiler compiler,
    TimeProvider time)
{
    public SiteModel Site => site;

    public RecipeFiles Files => files;

    /// <summary>Tags by device.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Tag>> Devices => devices;

    public RecipeLoader Loader { get; } = new(site, devices, blocks, time);

    /// <exception cref="IOException">The file cannot be read.</exception>
    public SourceSnapshot Snapshot(string file) => compiler.Snapshot(files.Source(file));

    /// <exception cref="IOException">The file cannot be read.</exception>
    public Task<CompiledRecipe> CompileAsync(string file, CancellationToken cancel) => compiler.CompileAsync(files.Source(file), cancel);

    /// <summary>Makes all of them, for a check alone.</summary>
    public async Task<IReadOnlyList<MadeRecipe>> MakeAllAsync(CancellationToken cancel)
    {
        var made = new List<MadeRecipe>();
        foreach (var file in files.List()) made.Add(await MakeAsync(file, _ => { }, cancel).ConfigureAwait(false));
        return made;
    }

    /// <summary>Makes a recipe whole: compiled, planned and tried.</summary>
    /// <param name="file">Path from the site folder.</param>
    /// <param name="fault">Told of every exception of its lambdas, should it run.</param>
    /// <param name="cancel">Ends the wait for the compiler.</param>
    public async Task<MadeRecipe> MakeAsync(string file, Action<Exception> fault, CancellationToken cancel)
    {
        try
        {
            var key = Snapshot(file).Key;
            if (files.IsEmpty(file)) return Not(file, "the file is empty: write a recipe, or delete it");
            var compiled = await CompileAsync(file, cancel).ConfigureAwait(false);
            var problems = new List<Problem>(compiled.Problems);
            var warnings = new List<Problem>(compiled.Warnings);
            var loaded = problems.Count > 0
                ? null
                : await Loader.LoadAsync(file, compiled, fault, problems, warnings).ConfigureAwait(false);
            return new MadeRecipe(file, key, compiled, loaded, problems, warnings);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Not(file, exception.Message);
        }
    }

    private static MadeRecipe Not(string file, string reason)
    {
        Problem[] problems = [new Problem(new Position(file, 0, 0), reason)];
        return new MadeRecipe(file, "", CompiledRecipe.Failed(problems, []), null, problems, []);
    }
}
