using System.CommandLine;
using PlantRuntime.Host.Editing;
using PlantRuntime.Host.Reloading;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant check</c>: everything that can be found wrong without touching a device.</summary>
internal static class CheckCommand
{
    public static Command Make()
    {
        var site = SiteArgument.Make();
        var command = new Command(
            "check",
            "Check a site: settings, plugins, addresses and recipes. Touches no device. Exit code 1 with every error found. "
            + "Where a host runs the site, says what it does with what it has not taken yet.") { site };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel));
        return command;
    }

    public static async Task<int> RunAsync(string folder, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var running = await RunningInventory.TryAskAsync(folder, cancel).ConfigureAwait(false);
        using var site = OpenSite.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, []), errors, running);
        if (site is null) return 1;
        await using var compiler = site.Compiler();
        await new EditSupport(site.Model.Folder, compiler, site.Log).RefreshAsync(cancel).ConfigureAwait(false);
        using var found = await site.CheckAsync(compiler, errors, cancel).ConfigureAwait(false);
        if (found.Problems.Count > 0) return 1;
        var model = site.Said;
        output.WriteLine($"{model.Name}: {Counted.Of(model.Devices.Count, "device")}, "
            + $"{Counted.Of(model.Devices.Sum(d => d.Tags.Count), "tag")}, {Counted.Of(model.Sinks.Count, "sink")}, {Counted.Of(found.Recipes.Count, "recipe")}: all well");
        if (running is null) return 0;
        var plan = ReloadPlan.Compare(running, found.Inventory());
        output.WriteLine(plan.IsEmpty ? "a host runs it, as it is here"
            : running.TakenBack is { } taken ? $"a host runs it as it was before: {taken}; save site.toml again to have this tried again:"
            : "a host runs it, and takes this over:");
        PlanText.Write(output, plan, all: false);
        return 0;
    }
}
