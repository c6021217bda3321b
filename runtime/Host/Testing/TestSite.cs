using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;
using PlantRuntime.Testing;

namespace PlantRuntime.Host.Testing;

/// <summary>
/// A site under test, without any plugin: its model, its files and what they compile to. Writes nothing but the compiler's cache.
/// </summary>
internal sealed class TestSite : IAsyncDisposable
{
    private const string Edited = "data/recipes/edited";
    private readonly RecipeFiles _files;
    private readonly string _sharedScripts;
    private readonly string _generated;
    private readonly RecipeCompiler _compiler;
    private readonly PlantLog _log;
    private readonly PluginCatalog _noPlugins;
    private readonly Dictionary<string, CompiledRecipe> _compiled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _editFolders = [];

    public TestSite(SiteModel model, string sharedScripts, TimeProvider time)
    {
        (Model, Time, _sharedScripts) = (model, time, sharedScripts);
        _files = new RecipeFiles(model, sharedScripts);
        _generated = TestSource.NotOptimised + TestSource.Write(model);
        _compiler = new RecipeCompiler(Path.Combine(model.Folder, "data", "recipes"), time);
        _log = new PlantLog(time, LogLevel.Error, []);
        _noPlugins = new PluginCatalog([], _log);
        Blocks = new BlockCheck(model, _noPlugins, new Opener(model, Environment.GetEnvironmentVariable, time, _log));
        Recipes = _files.List();
    }

    public SiteModel Model { get; }

    public TimeProvider Time { get; }

    public IBlockCheck Blocks { get; }

    /// <summary>Its recipes, as paths from its folder.</summary>
    public IReadOnlyList<string> Recipes { get; }

    /// <summary>Its test files, as paths from its folder.</summary>
    public IReadOnlyList<string> TestFiles { get; private set; } = [];

    /// <summary>Finds the tests and compiles the recipes.</summary>
    /// <returns>The recipes that have errors, with those.</returns>
    public async Task<IReadOnlyList<(string File, IReadOnlyList<Problem> Problems)>> PrepareAsync(CancellationToken cancel)
    {
        var tests = Path.Combine(Model.Folder, "tests");
        TestFiles = !Directory.Exists(tests)
            ? []
            : [.. Directory.EnumerateFiles(tests, "*.test.csx", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(Model.Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        if (TestFiles.Count == 0) return [];
        foreach (var recipe in Recipes)
            _compiled[recipe] = await _compiler.CompileAsync(_files.Source(recipe), cancel).ConfigureAwait(false);
        return [.. _compiled.Where(c => c.Value.Problems.Count > 0).Select(c => (c.Key, c.Value.Problems))];
    }

    public Task<CompiledRecipe> CompileTestAsync(string file, CancellationToken cancel)
    {
        var source = new RecipeSource(Model.Folder, file, [_sharedScripts], _generated, TestSource.Imports, [(TestSource.Word, _generated)]);
        return _compiler.CompileAsync(source with { References = [typeof(Simulation).Assembly.Location] }, cancel);
    }

    public CompiledRecipe Compiled(string file) => _compiled.TryGetValue(file, out var compiled)
        ? compiled
        : throw new TestFailedException($"there is no {file}{Nearest.Hint(file, Recipes, $"; there are {string.Join(", ", Recipes)}")}");

    /// <summary>Compiles a recipe as it would be after an edit; its file stays as it is.</summary>
    public CompiledRecipe CompileEdited(string file, Func<string, string> edit)
    {
        Compiled(file);
        var path = Path.Combine(Model.Folder, file);
        var before = File.ReadAllText(path);
        var after = edit(before);
        if (after == before) throw new TestFailedException($"the edit leaves {file} as it is: what it looks for is not there");
        var text = Encoding.UTF8.GetBytes(after);

        // The same text has the same path, so that the cache knows it again.
        var folder = $"{Edited}/{Convert.ToHexString(SHA256.HashData(text))[..16]}";
        _editFolders.Add($"{folder}/");
        var copy = Path.Combine(Model.Folder, folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.WriteAllBytes(copy, text);
        var source = _files.Source(file) with { File = $"{folder}/{file}", ScriptFolders = [Path.GetDirectoryName(path)!, _sharedScripts] };
        return _compiler.CompileAsync(source, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>A text in which edited recipes bear the names of their files.</summary>
    public string Shown(string text) =>
        _editFolders.Aggregate(text, (shown, folder) => shown.Replace(folder, "", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        var edited = Path.Combine(Model.Folder, Edited);
        if (_editFolders.Count > 0 && Directory.Exists(edited)) Directory.Delete(edited, recursive: true);
        await _compiler.DisposeAsync().ConfigureAwait(false);
        _noPlugins.Dispose();
        _log.Dispose();
    }
}
