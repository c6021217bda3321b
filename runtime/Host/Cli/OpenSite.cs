using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Reloading;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// What every command that works on a site begins with: its model, its plugins and the ways to open and compile things of it.
/// </summary>
internal sealed class OpenSite : IDisposable
{
    private OpenSite(SiteModel model, SiteModel said, TimeProvider time, PlantLog log)
    {
        Model = model;
        Said = said;
        Time = time;
        Log = log;
        Plugins = new PluginCatalog([Path.Combine(model.Folder, "plugins"), HostFolders.Plugins], log);
        Plugins.Load();
        Opener = new Opener(model, Environment.GetEnvironmentVariable, time, log);
        Files = new RecipeFiles(model, HostFolders.Scripts);
    }

    /// <summary>The site; what holds until a running host ends is as it runs there.</summary>
    public SiteModel Model { get; }

    /// <summary>The site as its site.toml says it.</summary>
    public SiteModel Said { get; }

    public TimeProvider Time { get; }

    public PlantLog Log { get; }

    public PluginCatalog Plugins { get; }

    public Opener Opener { get; }

    public RecipeFiles Files { get; }

    /// <summary>Reads site.toml; null when it is wrong, after its problems were written to <paramref name="errors"/>.</summary>
    /// <param name="folder">The site's folder.</param>
    /// <param name="makeLog">Makes the log.</param>
    /// <param name="errors">Gets what is wrong.</param>
    /// <param name="running">The site that runs, when this one is to be compared with it.</param>
    public static OpenSite? Load(string folder, Func<SiteModel, PlantLog> makeLog, TextWriter errors, SiteInventory? running = null)
    {
        var (model, problems) = SiteFile.Load(Path.GetFullPath(folder), Environment.GetEnvironmentVariable);
        foreach (var problem in problems) errors.WriteLine(problem);
        if (model is null) return null;
        HeapLimit.Set(model.Limits);
        return new OpenSite(running?.Adapt(model) ?? model, model, TimeProvider.System, makeLog(model));
    }

    public static RecipeCompiler CompilerOf(SiteModel site, TimeProvider time) => new(Path.Combine(site.Folder, "data", "recipes"), time);

    public RecipeCompiler Compiler() => CompilerOf(Model, Time);

    /// <summary>Checks all of it and writes what is wrong to <paramref name="errors"/>.</summary>
    public async Task<CheckedSite> CheckAsync(RecipeCompiler compiler, TextWriter errors, CancellationToken cancel)
    {
        var devices = Model.Devices.ToDictionary(d => d.Name, d => d.MakeTags());
        var maker = new RecipeMaker(Model, Files, devices, new BlockCheck(Model, Plugins, Opener), compiler, Time);
        var site = await CheckedSite.OfAsync(Said, maker, Opener, Plugins, m => m.MakeAllAsync(cancel)).ConfigureAwait(false);
        foreach (var warning in site.Warnings) errors.WriteLine($"{warning.At}: warning: {warning.Message}");
        foreach (var problem in site.Problems) errors.WriteLine(problem);
        var count = site.Problems.Count;
        if (count > 0) errors.WriteLine($"{Counted.Of(count, "error")} in {Said.Name}");
        return site;
    }

    public void Dispose()
    {
        Plugins.Dispose();
        Log.Dispose();
    }
}
