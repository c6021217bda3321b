using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant queue</c>: what waits, what was refused, and what to do with that; asked of the host that runs the site.</summary>
internal static class QueueCommand
{
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_indented = new(s_line) { WriteIndented = true };

    public static Command Make()
    {
        var site = SiteArgument.Make();
        var command = new Command("queue", "Show what waits for each sink of a running site, and its dead letters.")
        {
            site, Show(), Export(),
            Change("retry", "Send dead letters again, behind all that waits.", "queue-retry", "sent again"),
            Change("delete", "Delete dead letters for good.", "queue-delete", "deleted"),
        };
        command.SetAction((result, cancel) => TryAsync(() => ListAsync(result.GetValue(site)!, cancel)));
        return command;
    }

    private static Command Show()
    {
        var (site, id) = (SiteArgument.MakeRequired(), new Argument<long>("id") { Description = "Number of the dead letter" });
        var command = new Command("show", "Show one dead letter with its record.") { site, id };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var letters = await LettersAsync(result.GetValue(site)!, null, [result.GetValue(id)], cancel).ConfigureAwait(false);
            Console.WriteLine(letters[0]!.ToJsonString(s_indented));
        }));
        return command;
    }

    private static Command Export()
    {
        var (site, sink) = (SiteArgument.MakeRequired(), SinkOption());
        var to = new Option<string?>("--to") { Description = "File to write (default: the console)" };
        var command = new Command("export", "Write dead letters as lines of JSON. They stay where they are.") { site, sink, to };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var letters = await LettersAsync(result.GetValue(site)!, result.GetValue(sink), null, cancel).ConfigureAwait(false);
            var lines = letters.Select(l => l!.ToJsonString(s_line)).ToList();
            if (result.GetValue(to) is not { } file)
            {
                foreach (var line in lines) Console.WriteLine(line);
                return;
            }

            await File.WriteAllLinesAsync(file, lines, cancel).ConfigureAwait(false);
            Console.WriteLine($"{lines.Count} dead letters in {file}");
        }));
        return command;
    }

    private static Command Change(string name, string description, string request, string done)
    {
        var (site, sink) = (SiteArgument.MakeRequired(), SinkOption());
        var ids = new Argument<long[]>("id") { Description = "Numbers of dead letters", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All of them, or all of the sink" };
        var command = new Command(name, description) { site, ids, sink, all };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var wanted = result.GetValue(ids) ?? [];
            if (wanted.Length == 0 && !result.GetValue(all))
                throw new ControlException($"say which: numbers, or --all; plant queue {result.GetValue(site)} lists them");
            var command = Request(request, result.GetValue(sink), wanted.Length == 0 ? null : wanted);
            var count = await ControlClient.AskAsync(Path.GetFullPath(result.GetValue(site)!), command, cancel).ConfigureAwait(false);
            Console.WriteLine($"{count} {done}");
        }));
        return command;
    }

    private static async Task ListAsync(string site, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(site);
        var queue = await ControlClient.AskAsync(folder, Request("queue", null, null), cancel).ConfigureAwait(false);
        var sinks = queue["sinks"]!.AsArray();
        TextTable.Write(Console.Out, ["SINK", "STATE", "WAITING", "SIZE", "OLDEST", "DEAD", "REASON"], sinks.Select(s => new[]
        {
            $"{s!["sink"]}", $"{s["state"]}", $"{Sum(s, "waiting")}",
            (string?)s["delivery"] == "direct" ? "direct" : Bytes((long)s["bytes"]!),
            s["oldest_seconds"] is { } age ? Age((double)age!) : "", $"{s["dead_letters"]}", $"{s["reason"]}",
        }));
        Console.WriteLine();
        TextTable.Write(
            Console.Out,
            ["ROUTE", "PRODUCED", "DELIVERED", "WAITING", "EXPIRED", "DEAD", "DROPPED", "DAMAGED"],
            sinks.SelectMany(s => s!["routes"]!.AsArray().Select(r => Route((string)s["sink"]!, r!))));
        if ((string?)queue["problem"] is { } problem) Console.WriteLine($"\n{problem}");
        if (sinks.Sum(s => (long)s!["dead_letters"]!) == 0) return;
        Console.WriteLine();
        var letters = await LettersAsync(site, null, null, cancel).ConfigureAwait(false);
        TextTable.Write(Console.Out, ["ID", "SINK", "REFUSED", "TRIES", "REASON"], letters.TakeLast(20).Select(l => new[]
        {
            $"{l!["id"]}", $"{l["sink"]}", ((DateTime)l["refused"]!).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            $"{l["tries"]}", $"{l["reason"]}",
        }));
        if (letters.Count > 20) Console.WriteLine($"the last 20 of {letters.Count}: plant queue export {site} writes all");
    }

    private static string[] Route(string sink, JsonNode route)
    {
        string[] counts = ["produced", "delivered", "waiting", "expired", "dead_lettered", "dropped", "damaged"];
        return [$"{route["recipe"]} > {sink}", .. counts.Select(c => $"{route[c]}")];
    }

    private static async Task<JsonArray> LettersAsync(string site, string? sink, long[]? ids, CancellationToken cancel) =>
        (await ControlClient.AskAsync(Path.GetFullPath(site), Request("queue-letters", sink, ids), cancel).ConfigureAwait(false)).AsArray();

    private static JsonObject Request(string command, string? sink, long[]? ids)
    {
        var request = new JsonObject { ["command"] = command, ["sink"] = sink };
        if (ids is not null) request["ids"] = new JsonArray([.. ids.Select(i => JsonValue.Create(i))]);
        return request;
    }

    private static async Task<int> TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return 0;
        }
        catch (ControlException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private static Option<string?> SinkOption() => new("--sink") { Description = "Only those of this sink" };

    private static long Sum(JsonNode sink, string count) => sink["routes"]!.AsArray().Sum(r => (long)r![count]!);

    private static string Bytes(long bytes) => bytes switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB"),
    };

    private static string Age(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0}d"),
    };
}
