using System.CommandLine;
using System.Text.Json;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant diff</c>: shows how a running host would apply a folder, without applying it. Runs once per process; asks the host
/// for its snapshot and connects to no device. The constants are its exit codes.
/// </summary>
internal static class DiffCommand
{
    private const int Nothing = 0;
    private const int Errors = 1;
    private const int Harmless = 2;
    private const int Disruptive = 3;
    private const int NoHost = 4;
    private static readonly ReloadJson s_indented = new(new JsonSerializerOptions(ReloadJson.Default.Options) { WriteIndented = true });

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
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
              2  changes without an interruption: recipes swap with all their state, something is added, or takes effect at the next start
              3  an interruption: a connection ends, or state is lost
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
        SiteSnapshot running;
        try
        {
            running = await RunningSnapshot.AskAsync(against, cancel).ConfigureAwait(false);
        }
        catch (SiteClientException exception)
        {
            await errors.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return NoHost;
        }

        using var site = SiteContext.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, []), errors, running);
        if (site is null) return Errors;
        await using var compiler = site.CreateCompiler();
        using var found = await site.CheckAsync(compiler, errors, cancel).ConfigureAwait(false);
        if (found.Problems.Count > 0) return Errors;
        var plan = ReloadPlan.Compare(running, found.Snapshot());
        if (running.RolledBackReason is { } taken && Path.GetFullPath(folder) == Path.GetFullPath(against))
            await errors.WriteLineAsync($"{LogText.Sanitize(taken)}; save site.toml again to have it tried again").ConfigureAwait(false);
        if (json) output.WriteLine(JsonSerializer.Serialize(plan, s_indented.ReloadPlan));
        else TextTable.Write(output, plan, all: true);
        return plan.IsEmpty ? Nothing : plan.IsDisruptive ? Disruptive : Harmless;
    }
}
