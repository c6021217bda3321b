using System.CommandLine;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Editing;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant check</c>: everything that can be found wrong without touching a device.</summary>
internal static class CheckCommand
{
    public static Command Make()
    {
        var site = SiteArgument.Make();
        var command = new Command("check", "Check a site: settings, plugins, addresses and recipes. Touches no device. Exit code 1 with every error found.") { site };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel));
        return command;
    }

    public static async Task<int> RunAsync(string folder, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        using var site = OpenSite.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, []), errors);
        if (site is null) return 1;
        var problems = new List<Problem>(site.Opener.Missing(site.Plugins));
        problems.AddRange(await site.Opener.CheckAsync(site.Plugins).ConfigureAwait(false));
        var warnings = new List<Problem>();
        var recipes = await CheckRecipesAsync(site, problems, warnings, cancel).ConfigureAwait(false);
        foreach (var warning in warnings) errors.WriteLine($"{warning.At}: warning: {warning.Message}");
        foreach (var problem in problems.OrderBy(p => p.At.File, StringComparer.Ordinal).ThenBy(p => p.At.Line).ThenBy(p => p.At.Column))
            errors.WriteLine(problem);
        if (problems.Count > 0)
        {
            errors.WriteLine($"{problems.Count} {(problems.Count == 1 ? "error" : "errors")} in {site.Model.Name}");
            return 1;
        }

        var model = site.Model;
        output.WriteLine($"{model.Name}: {model.Devices.Count} devices, {model.Devices.Sum(d => d.Tags.Count)} tags, "
            + $"{model.Sinks.Count} sinks, {recipes} recipes: all well");
        return 0;
    }

    private static async Task<int> CheckRecipesAsync(
        OpenSite site, List<Problem> problems, List<Problem> warnings, CancellationToken cancel)
    {
        await using var compiler = site.Compiler();
        await new EditSupport(site.Model.Folder, compiler, site.Log).RefreshAsync(cancel).ConfigureAwait(false);
        var devices = site.Model.Devices.ToDictionary(d => d.Name, d => new DeviceRunner(d, site.Model.PlantId, site.Model.Limits.RecipeQueue, site.Time, site.Log).Tags);
        var loader = new RecipeLoader(site.Model, devices, new BlockCheck(site.Model, site.Plugins, site.Opener), site.Time);
        var files = site.Files.List();
        foreach (var file in files)
        {
            var compiled = await compiler.CompileAsync(site.Files.Source(file), cancel).ConfigureAwait(false);
            problems.AddRange(compiled.Problems);
            warnings.AddRange(compiled.Warnings);
            if (compiled.AssemblyPath is null) continue;
            var found = new List<Problem>();
            (await loader.LoadAsync(compiled, _ => { }, found, warnings).ConfigureAwait(false))?.Assembly.Unload();
            problems.AddRange(found);
        }

        return files.Count;
    }
}
