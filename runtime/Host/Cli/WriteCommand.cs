using System.CommandLine;
using System.Text.Json.Nodes;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant write</c>: writes one value to one tag through the running host, which checks its write rules and writes the audit
/// log. Runs once per process; never connects to a device itself and never retries.
/// </summary>
internal static class WriteCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var (site, device) = (SiteArgument.CreateRequired(), SiteArgument.CreateDevice());
        var tag = new Argument<string>("tag") { Description = "Tag that site.toml allows to be written" };
        var value = new Argument<string>("value")
            { Description = "Number, true, false, text, or a list: [1, 2]. Digits as text: '\"007\"'" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before it is written" };
        var command = new Command("write", """
            Write one value to one tag of a running site, in the tag's unit.
            Both device (writable = true) and tag (write = { … }) must allow it.
            Every attempt is in logs/audit.jsonl. Exit code 1 when it was not written, or when that is unknown.
            """) { site, device, tag, value, yes };
        command.SetAction((result, cancel) =>
            RunAsync(result.GetValue(site)!, result.GetValue(device)!, result.GetValue(tag)!, result.GetValue(value)!, result.GetValue(yes),
                cancel));
        return command;
    }

    private static async Task<int> RunAsync(string site, string device, string tag, string value, bool yes, CancellationToken cancel)
    {
        if (!yes && !Confirm($"Write {value} to {device}.{tag} of {site}?")) return 1;
        try
        {
            var path = $"{DeviceClient.PathOf(device)}/tags/{Uri.EscapeDataString(tag)}";
            var request = new JsonObject { ["value"] = JsonValues.FromText(value) };
            var result = await SiteClient.PostAsync(Path.GetFullPath(site), path, request, cancel).ConfigureAwait(false);
            var outcome = (string)result["outcome"]!;
            var line = $"{device}.{tag} = {value}: {outcome.Replace('_', ' ')}{((string?)result["reason"] is { } reason ? $", {reason}" : "")}";
            await (outcome == "written" ? Console.Out : Console.Error).WriteLineAsync(LogText.Sanitize(line)).ConfigureAwait(false);
            return outcome == "written" ? 0 : 1;
        }
        catch (SiteClientException exception)
        {
            await Console.Error.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return 1;
        }
    }

    private static bool Confirm(string question)
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("no terminal to confirm on: give --yes");
            return false;
        }

        Console.Write($"{question} [y/N] ");
        if (Console.ReadLine()?.Trim() is "y" or "Y" or "yes") return true;
        Console.Error.WriteLine("not written");
        return false;
    }
}
