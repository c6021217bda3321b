using System.CommandLine;
using System.Text.Json;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Reloading;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant diff</c>: what a running host would do with a folder, before it does it.</summary>
internal static class DiffCommand
{
    private const int Nothing = 0;
    private const int Errors = 1;
    private const int Unfelt = 2;
    private const int Felt = 3;
    private const int NoHost = 4;
    private static readonly ReloadJson s_indented = new(new JsonSerializerOptions(ReloadJson.Default.Options) { WriteIndented = true });

    public static Command Make()
    {
        var site = SiteArgument.Make();
        var against = new Option<string?>("--against") { Description = "Folder of the site that runs (default: the same folder)" };
        var json = new Option<bool>("--json") { Description = "Write the plan as JSON" };
        var command = new Command(
            "diff",
            """
            Show what the running host would do with a site's folder, part by part, without doing it.

            A host takes edits of its own folder in about a second, when they are right. So edit a copy, and compare that:
              cp -r sites/press /tmp/press          then edit /tmp/press
              plant diff /tmp/press --against sites/press
            Of the running folder itself it shows why the host holds an edit back, or took it back. Environment variables must be set as for the host.

            Exit codes:
              0  nothing would change
              1  errors in the folder
              2  changes that nobody feels: recipes swap with all their state, something is added, or takes effect at the next start
              3  a connection ends, or state is lost
              4  no host runs the site
            """) { site, against, json };
        command.SetAction((result, cancel) =>
        {
            var folder = result.GetValue(site)!;
            return RunAsync(folder, result.GetValue(against) ?? folder, result.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(string folder, string against, bool json, CancellationToken cancel)
    {
        var (output, errors) = (Console.Out, Console.Error);
        SiteInventory running;
        try
        {
            running = await RunningInventory.AskAsync(against, cancel).ConfigureAwait(false);
        }
        catch (ControlException exception)
        {
            await errors.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return NoHost;
        }

        using var site = OpenSite.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, []), errors, running);
        if (site is null) return Errors;
        await using var compiler = site.Compiler();
        using var found = await site.CheckAsync(compiler, errors, cancel).ConfigureAwait(false);
        if (found.Problems.Count > 0) return Errors;
        var plan = ReloadPlan.Compare(running, found.Inventory());
        if (running.TakenBack is { } taken && Path.GetFullPath(folder) == Path.GetFullPath(against))
            await errors.WriteLineAsync($"{taken}; save site.toml again to have it tried again").ConfigureAwait(false);
        if (json) output.WriteLine(JsonSerializer.Serialize(plan, s_indented.ReloadPlan));
        else PlanText.Write(output, plan, all: true);
        return plan.IsEmpty ? Nothing : plan.IsFelt ? Felt : Unfelt;
    }
}
