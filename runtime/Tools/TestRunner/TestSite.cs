using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Testing;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Holds a site under test, without plugins: its model, its files and their compiled form. Owned by <c>plant test</c>, which disposes it;
/// owns the compiler's child process. Called by <see cref="TestRun"/>, one call at a time, and by the test that runs
/// (<see cref="Compiled"/>, <see cref="CompileEdited"/>) on its thread. Writes only below <c>data/recipes</c>; never changes a recipe.
/// </summary>
internal sealed class TestSite : IAsyncDisposable
{
    private const string Edited = "data/recipes/edited";
    private readonly RecipeSources _files;
    private readonly string _sharedScripts;
    private readonly string _generated;
    private readonly RecipeCompiler _compiler;
    private readonly PlantLog _log;
    private readonly PluginCatalog _noPlugins;
    private readonly Dictionary<string, CompiledRecipe> _compiled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _editFolders = [];

    /// <summary>Lists the recipes; compiles nothing yet.</summary>
    public TestSite(SiteModel model, string sharedScripts, TimeProvider time)
    {
        (Model, Time, _sharedScripts) = (model, time, sharedScripts);
        _files = new RecipeSources(model, sharedScripts);
        _generated = TestCodeGenerator.NotOptimised + TestCodeGenerator.Write(model);
        _compiler = new RecipeCompiler(Path.Combine(model.DataFolder, "recipes"), time);
        _log = new PlantLog(time, LogLevel.Error, []);
        _noPlugins = new PluginCatalog([], _log);
        Blocks = new BlockCheck(model, _noPlugins, new PluginFactory(model, Environment.GetEnvironmentVariable, time, _log));
        Types = new SimulatedTypes(
            model, [Path.Combine(model.Folder, "plugins"), InstallPaths.Plugins], ExampleEnvironment.Load(model.Folder), time, _log);
        Recipes = _files.Read().Files;
    }

    /// <summary>The site, as declared in site.toml.</summary>
    public SiteModel Model { get; }

    /// <summary>The real clock; tests have a virtual one.</summary>
    public TimeProvider Time { get; }

    /// <summary>Tells what registers hold after a write.</summary>
    public SimulatedTypes Types { get; }

    /// <summary>Checks the blocks of recipes without a plugin.</summary>
    public IBlockCheck Blocks { get; }

    /// <summary>The recipes of the site, as paths from its folder.</summary>
    public IReadOnlyList<string> Recipes { get; }

    /// <summary>The test files of the site, as paths from its folder; empty before <see cref="PrepareAsync"/>.</summary>
    public IReadOnlyList<string> TestFiles { get; private set; } = [];

    /// <summary>Finds the tests and compiles the recipes.</summary>
    /// <returns>The recipes with errors, and the errors.</returns>
    public async Task<IReadOnlyList<(string File, IReadOnlyList<Problem> Problems)>> PrepareAsync(CancellationToken cancel)
    {
        TestFiles =
        [
            .. ScriptTree.Read(Path.Combine(Model.Folder, "tests")).Files.Where(f => f.EndsWith(".test.csx", StringComparison.Ordinal))
                .Select(f => Path.GetRelativePath(Model.Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal),
        ];
        if (TestFiles.Count == 0) return [];
        foreach (var recipe in Recipes)
            _compiled[recipe] = await _compiler.CompileAsync(_files.Source(recipe), cancel).ConfigureAwait(false);
        return [.. _compiled.Where(c => c.Value.Problems.Count > 0).Select(c => (c.Key, c.Value.Problems))];
    }

    /// <summary>Compiles a test file, or takes it from the cache.</summary>
    public Task<CompiledRecipe> CompileTestAsync(string file, CancellationToken cancel)
    {
        var source = new RecipeSource(Model.Folder, file, [_sharedScripts], _ => _generated, TestCodeGenerator.Imports, []);
        return _compiler.CompileAsync(source with { References = [typeof(Simulation).Assembly.Location] }, cancel);
    }

    /// <summary>Returns a recipe that <see cref="PrepareAsync"/> compiled; it may have errors.</summary>
    /// <exception cref="TestFailedException">The site has no such recipe.</exception>
    public CompiledRecipe Compiled(string file) => _compiled.TryGetValue(file, out var compiled)
        ? compiled
        : throw new TestFailedException(
            $"there is no {file}{Nearest.DidYouMean(file, Recipes, $"; there are {string.Join(", ", Recipes)}")}");

    /// <summary>Compiles a recipe as it would be after an edit; the file is not changed. Blocks for the compiler.</summary>
    public CompiledRecipe CompileEdited(string file, Func<string, string> edit)
    {
        Compiled(file);
        var path = Path.Combine(Model.Folder, file);
        var before = File.ReadAllText(path);
        var after = edit(before);
        if (after == before) throw new TestFailedException($"the edit changes nothing in {file}: the text that it replaces is not there");
        var text = Encoding.UTF8.GetBytes(after);

        // The path depends on the text alone, so that the cache finds it again.
        var folder = $"{Edited}/{Convert.ToHexString(SHA256.HashData(text))[..16]}";
        _editFolders.Add($"{folder}/");
        var copy = Path.Combine(Model.Folder, folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.WriteAllBytes(copy, text);
        var source = _files.Source(file) with { File = $"{folder}/{file}", ScriptFolders = [Path.GetDirectoryName(path)!, _sharedScripts] };
        return _compiler.CompileAsync(source, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Replaces the paths of edited recipes in a text by the names of their files.</summary>
    public string RestoreNames(string text) =>
        _editFolders.Aggregate(text, (shown, folder) => shown.Replace(folder, "", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        var edited = Path.Combine(Model.Folder, Edited);
        if (_editFolders.Count > 0 && Directory.Exists(edited)) Directory.Delete(edited, recursive: true);
        await _compiler.DisposeAsync().ConfigureAwait(false);
        Types.Dispose();
        _noPlugins.Dispose();
        _log.Dispose();
    }
}
