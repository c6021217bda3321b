using System.CommandLine;
using System.Text.Json.Nodes;
using PlantRuntime.Host.Control;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant write</c>: one value to one tag, through the running host and by its rules.</summary>
internal static class WriteCommand
{
    public static Command Make()
    {
        var (site, device) = (SiteArgument.MakeRequired(), SiteArgument.MakeDevice());
        var tag = new Argument<string>("tag") { Description = "Tag that site.toml allows to be written" };
        var value = new Argument<string>("value") { Description = "Number, true, false, text, or a list: [1, 2]. Digits that are a text: '\"007\"'" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before it is written" };
        var command = new Command("write", """
            Write one value to one tag of a running site, in the tag's unit.
            Both device (writable = true) and tag (write = { … }) must allow it.
            Every attempt is in logs/audit.jsonl. Exit code 1 when it was not written, or when that is unknown.
            """) { site, device, tag, value, yes };
        command.SetAction((result, cancel) =>
            RunAsync(result.GetValue(site)!, result.GetValue(device)!, result.GetValue(tag)!, result.GetValue(value)!, result.GetValue(yes), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string site, string device, string tag, string value, bool yes, CancellationToken cancel)
    {
        if (!yes && !Confirm($"Write {value} to {device}.{tag} of {site}?")) return 1;
        try
        {
            var command = new JsonObject
            {
                ["command"] = "device-write", ["device"] = device, ["tag"] = tag, ["value"] = JsonValues.OfText(value),
                ["user"] = Environment.UserName,
            };
            var result = await ControlClient.AskAsync(Path.GetFullPath(site), command, cancel).ConfigureAwait(false);
            var outcome = (string)result["outcome"]!;
            var line = $"{device}.{tag} = {value}: {outcome.Replace('_', ' ')}{((string?)result["reason"] is { } reason ? $", {reason}" : "")}";
            await (outcome == "written" ? Console.Out : Console.Error).WriteLineAsync(line).ConfigureAwait(false);
            return outcome == "written" ? 0 : 1;
        }
        catch (ControlException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private static bool Confirm(string question)
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("nobody is there to confirm: give --yes");
            return false;
        }

        Console.Write($"{question} [y/N] ");
        if (Console.ReadLine()?.Trim() is "y" or "Y" or "yes") return true;
        Console.Error.WriteLine("not written");
        return false;
    }
}
