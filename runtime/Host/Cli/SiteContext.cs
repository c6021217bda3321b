using PlantRuntime.Engine;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Tools;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Holds what a command needs of a site: its model, its plugins, and the factories for devices, sinks and recipes. Each command creates
/// one, uses it one call at a time and disposes it. Owns the plugin catalog and the log; opens no device and no sink.
/// </summary>
internal sealed class SiteContext : IDisposable
{
    private SiteContext(SiteModel model, SiteModel declared, TimeProvider time, PlantLog log)
    {
        Model = model;
        Declared = declared;
        Time = time;
        Log = log;
        Plugins = new PluginCatalog([Path.Combine(model.Folder, "plugins"), InstallPaths.Plugins], log,
            model.RequireLock ? new PluginLock(model.Folder) : null);
        Plugins.Load(model.PluginNames);
        Factory = new PluginFactory(model, Environment.GetEnvironmentVariable, time, log);
        Sources = new RecipeSources(model, InstallPaths.Scripts);
    }

    /// <summary>The site. Settings that a running host applies only at its next start have the values of that host.</summary>
    public SiteModel Model { get; }

    /// <summary>The site as declared in site.toml.</summary>
    public SiteModel Declared { get; }

    /// <summary>The clock of the system.</summary>
    public TimeProvider Time { get; }

    /// <summary>The log, which this object owns.</summary>
    public PlantLog Log { get; }

    /// <summary>The plugins of the site and of the program; those that the site names are loaded.</summary>
    public PluginCatalog Plugins { get; }

    /// <summary>Creates drivers and sinks.</summary>
    public PluginFactory Factory { get; }

    /// <summary>Finds the recipes of the site.</summary>
    public RecipeSources Sources { get; }

    /// <summary>Reads site.toml. Returns null if it has errors, after writing them to <paramref name="errors"/>.</summary>
    /// <param name="folder">The site's folder.</param>
    /// <param name="createLog">Creates the log.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="running">The site that a host runs, if this one is compared with it.</param>
    public static SiteContext? Load(string folder, Func<SiteModel, PlantLog> createLog, TextWriter errors, SiteSnapshot? running = null)
    {
        if (IsRefused(parts: 0)) return null;
        var (model, problems) = SiteFile.Load(
            Path.GetFullPath(folder), Environment.GetEnvironmentVariable, sharedFolder: InstallPaths.Scripts);
        Print(problems, errors);
        if (model is null || IsRefused(model.Devices.Count + model.Sinks.Count)) return null;
        HeapLimit.Set(model.Limits);
        return new SiteContext(running?.KeepStartupOnly(model) ?? model, model, new HostTime(), createLog(model));

        // Checked before anything else is opened: a runtime without file handles cannot even load its assemblies.
        bool IsRefused(int parts)
        {
            var shortage = ResourceFailure.WhyTooFewFiles(parts);
            if (shortage is not null) errors.WriteLine(shortage);
            return shortage is not null;
        }
    }

    /// <summary>Creates the context of a site that has no folder, for a command that was given the address of a device.</summary>
    public static SiteContext Create(SiteModel model, Func<SiteModel, PlantLog> createLog) =>
        new(model, model, TimeProvider.System, createLog(model));

    /// <summary>Creates a compiler with its cache in the site's data; the caller disposes it, which ends its child process.</summary>
    public static RecipeCompiler CreateCompiler(SiteModel site, TimeProvider time) =>
        new(Path.Combine(site.DataFolder, "recipes"), time);

    /// <summary>Writes problems, one line each: names of files and texts of site.toml are escaped.</summary>
    public static void Print(IEnumerable<Problem> problems, TextWriter errors)
    {
        foreach (var problem in problems) errors.WriteLine(LogText.Sanitize(problem.ToString()));
    }

    /// <inheritdoc cref="CreateCompiler(SiteModel, TimeProvider)"/>
    public RecipeCompiler CreateCompiler() => CreateCompiler(Model, Time);

    /// <summary>Checks settings, addresses and recipes; writes warnings and errors to <paramref name="errors"/>.</summary>
    public async Task<ValidatedSite> CheckAsync(RecipeCompiler compiler, TextWriter errors, CancellationToken cancel)
    {
        var devices = Model.Devices.ToDictionary(d => d.Name, d => d.CreateTags());
        var builder = new RecipeBuilder(Model, Sources, devices, new BlockCheck(Model, Plugins, Factory), compiler, Time,
            whyNotAsked: new AnswerCheck(Model, Plugins, Factory).WhyNotAsked);
        var site = await ValidatedSite.ValidateAsync(Declared, builder, Factory, Plugins, m => m.BuildAllAsync(cancel))
            .ConfigureAwait(false);
        foreach (var warning in site.Warnings) errors.WriteLine($"{warning.At}: warning: {LogText.Sanitize(warning.Message)}");
        Print(site.Problems, errors);
        var count = site.Problems.Count;
        if (count > 0) errors.WriteLine($"{Plural.Format(count, "error")} in {Declared.Name}");
        return site;
    }

    public void Dispose()
    {
        Plugins.Dispose();
        Log.Dispose();
    }
}
