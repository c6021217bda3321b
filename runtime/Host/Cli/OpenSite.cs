using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// What every command that works on a site begins with: its model, its plugins and the ways to open and compile things of it.
/// </summary>
internal sealed class OpenSite : IDisposable
{
    private OpenSite(SiteModel model, TimeProvider time, PlantLog log)
    {
        Model = model;
        Time = time;
        Log = log;
        Plugins = new PluginCatalog([Path.Combine(model.Folder, "plugins"), HostFolders.Plugins], log);
        Plugins.Load();
        Opener = new Opener(model, Environment.GetEnvironmentVariable, time, log);
        Files = new RecipeFiles(model, HostFolders.Scripts);
    }

    public SiteModel Model { get; }

    public TimeProvider Time { get; }

    public PlantLog Log { get; }

    public PluginCatalog Plugins { get; }

    public Opener Opener { get; }

    public RecipeFiles Files { get; }

    /// <summary>Reads site.toml; null when it is wrong, after its problems were written to <paramref name="errors"/>.</summary>
    public static OpenSite? Load(string folder, Func<SiteModel, PlantLog> makeLog, TextWriter errors)
    {
        var (model, problems) = SiteFile.Load(Path.GetFullPath(folder), Environment.GetEnvironmentVariable);
        foreach (var problem in problems) errors.WriteLine(problem);
        if (model is null) return null;
        return new OpenSite(model, TimeProvider.System, makeLog(model));
    }

    public static RecipeCompiler CompilerOf(SiteModel site, TimeProvider time) => new(Path.Combine(site.Folder, "data", "recipes"), time);

    public RecipeCompiler Compiler() => CompilerOf(Model, Time);

    public void Dispose()
    {
        Plugins.Dispose();
        Log.Dispose();
    }
}
