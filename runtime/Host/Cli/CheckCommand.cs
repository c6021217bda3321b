using System.CommandLine;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Tools.EditorSupport;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant check</c>: finds every error of a site without connecting to a device. If a host runs the site, also compares with
/// it. Runs once per process; writes only the compiler's cache and the files for editors, if their folder exists.
/// </summary>
internal static class CheckCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var command = new Command(
            "check",
            "Check a site: settings, plugins, addresses and recipes. Touches no device. Exit code 1 with every error found. "
            + "If a host runs the site, also show the changes that it has not applied yet.") { site };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel));
        return command;
    }

    /// <summary>Checks the site and returns the exit code: 0, or 1 with errors written to <paramref name="errors"/>.</summary>
    public static async Task<int> RunAsync(string folder, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var running = await RunningSnapshot.TryAskAsync(folder, cancel).ConfigureAwait(false);
        using var site = SiteContext.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, []), errors, running);
        if (site is null) return 1;
        await using var compiler = site.CreateCompiler();
        await new EditSupport(site.Model.Folder, compiler, site.Log).RefreshAsync(cancel).ConfigureAwait(false);
        using var found = await site.CheckAsync(compiler, errors, cancel).ConfigureAwait(false);
        if (found.Problems.Count > 0) return 1;
        var model = site.Declared;
        output.WriteLine($"{model.Name}: {Plural.Format(model.Devices.Count, "device")}, "
            + $"{Plural.Format(model.Devices.Sum(d => d.Tags.Count), "tag")}, {Plural.Format(model.Sinks.Count, "sink")}, "
            + $"{Plural.Format(found.Recipes.Count, "recipe")}: all well");
        if (running is null) return 0;
        var plan = ReloadPlan.Compare(running, found.Snapshot());
        output.WriteLine(plan.IsEmpty ? "a host runs it, as it is here"
            : running.RolledBackReason is { } taken
            ? $"a host runs it as it was before: {LogText.Sanitize(taken)}; save site.toml again to have this tried again:"
            : "a host runs it, and takes this over:");
        TextTable.Write(output, plan, all: false);
        return 0;
    }
}
