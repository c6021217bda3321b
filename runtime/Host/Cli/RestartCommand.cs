using System.CommandLine;
using System.Text.Json.Nodes;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant restart</c>: asks the running host to open a device or sink anew, also one that is parked. Runs once per process;
/// never connects to a device itself.
/// </summary>
internal static class RestartCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.CreateRequired();
        var name = new Argument<string>("name") { Description = "Name of a device or sink in its site.toml" };
        var command = new Command("restart", """
            Close a device or sink of a running site and open it again at once.
            A parked one is tried again without waiting, and the pauses between attempts begin anew.
            Recipes run on, records wait. Exit code 1 when it was not restarted.
            """) { site, name };
        command.SetAction((result, cancel) =>
            RunAsync(result.GetValue(site)!, result.GetValue(name)!, Console.Out, Console.Error, cancel));
        return command;
    }

    /// <summary>Runs the command and returns the exit code.</summary>
    public static async Task<int> RunAsync(string site, string name, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        try
        {
            var request = new JsonObject { ["name"] = name };
            var result = await SiteClient.PostAsync(Path.GetFullPath(site), "/api/restart", request, cancel).ConfigureAwait(false);
            var line = $"{(string)result["kind"]!} {name} starts anew: the log of the site says how it goes";
            await output.WriteLineAsync(LogText.Sanitize(line)).ConfigureAwait(false);
            return 0;
        }
        catch (SiteClientException exception)
        {
            await errors.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return 1;
        }
    }
}
