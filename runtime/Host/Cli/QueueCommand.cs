using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant queue</c>: shows waiting records and dead letters, and exports, retries or deletes dead letters. Asks the host that
/// runs the site (<c>QueueCommands</c>); never opens the queue's file. Runs once per process.
/// </summary>
internal static class QueueCommand
{
    /// <summary>The number of dead letters that the list shows.</summary>
    private const int ListedLetters = 20;

    private static readonly string[] s_commands = ["show", "export", "retry", "delete"];
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_indented = new(s_line) { WriteIndented = true };

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var (site, json) = (SiteArgument.Create(), new Option<bool>("--json") { Description = "Write sinks and routes as JSON" });
        var command = new Command(
            "queue",
            """
            Show the waiting records of each sink of a running site, and its dead letters.

            For every route: produced = delivered + waiting + expired + dead + dropped + damaged, since the queue was created.
            MOVED records came from another sink (or went to one, if negative); PRODUCED counts them where they are now.
            In the list of sinks, DEAD counts the stored dead letters; in the list of routes, those that were not sent again.
            """)
        {
            site, json, Show(), Export(), Move(), Forget(),
            Change("retry", "Send dead letters again, behind all waiting records.", "/api/queue/retry", "sent again"),
            Change("delete", "Delete dead letters for good.", "/api/queue/delete", "deleted"),
        };
        command.SetAction((result, cancel) => TryAsync(() => ListAsync(result.GetValue(site)!, result.GetValue(json), cancel)));
        return command;
    }

    private static Command Show()
    {
        var (site, id) = (SiteArgument.CreateRequired(), new Argument<long>("id") { Description = "Number of the dead letter" });
        var command = new Command("show", "Show one dead letter with its record.") { site, id };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var letters = await LettersAsync(result.GetValue(site)!, $"id={result.GetValue(id)}", cancel).ConfigureAwait(false);
            Console.WriteLine(LogText.SanitizeLines(letters[0]!.ToJsonString(s_indented), int.MaxValue));
        }));
        return command;
    }

    private static Command Export()
    {
        var (site, sink) = (SiteArgument.CreateRequired(), SinkOption());
        var to = new Option<string?>("--to") { Description = "File to write (default: the console)" };
        var command = new Command("export", "Write dead letters as lines of JSON. They stay where they are.") { site, sink, to };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var (folder, file) = (result.GetValue(site)!, result.GetValue(to));
            var (count, output) = (0, (TextWriter?)null);
            try
            {
                await foreach (var page in PagesAsync(folder, result.GetValue(sink), cancel).ConfigureAwait(false))
                {
                    // The file is created at the first page: without a host an existing file stays as it is.
                    output ??= file is null ? Console.Out : File.CreateText(file);
                    foreach (var letter in page) await output.WriteLineAsync(letter!.ToJsonString(s_line)).ConfigureAwait(false);
                    count += page.Count;
                }

                await output!.FlushAsync(cancel).ConfigureAwait(false);
                if (file is not null) Console.WriteLine($"{count} dead letters in {file}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new SiteClientException($"{count} dead letters written, then: {exception.Message}");
            }
            finally
            {
                if (file is not null) output?.Dispose();
            }
        }));
        return command;
    }

    /// <summary>Requests all dead letters page by page; the last page is empty.</summary>
    private static async IAsyncEnumerable<JsonArray> PagesAsync(string site, string? sink,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var (after, page) = (0L, (JsonArray?)null);
        while (page is not { Count: 0 })
        {
            var query = $"after={after}{(sink is null ? "" : $"&sink={Uri.EscapeDataString(sink)}")}";
            yield return page = await LettersAsync(site, query, cancel).ConfigureAwait(false);
            if (page.Count > 0) after = (long)page[^1]!["id"]!;
        }
    }

    private static Command Change(string name, string description, string path, string done)
    {
        var (site, sink) = (SiteArgument.CreateRequired(), SinkOption());
        var ids = new Argument<long[]>("id") { Description = "Numbers of dead letters", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All of them, or all of the sink" };
        var command = new Command(name, description) { site, ids, sink, all };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var wanted = result.GetValue(ids) ?? [];
            if (wanted.Length == 0 && !result.GetValue(all))
                throw new SiteClientException($"say which: numbers, or --all; plant queue {result.GetValue(site)} lists them");
            var request = new JsonObject { ["sink"] = result.GetValue(sink) };
            if (wanted.Length > 0) request["ids"] = new JsonArray([.. wanted.Select(i => JsonValue.Create(i))]);
            var answer = await SiteClient.PostAsync(Folder(result.GetValue(site)!), path, request, cancel).ConfigureAwait(false);
            Console.WriteLine($"{answer["count"]} {done}");
        }));
        return command;
    }

    private static Command Move()
    {
        var site = SiteArgument.CreateRequired();
        var from = new Argument<string>("from") { Description = "Sink that site.toml no longer has" };
        var to = new Argument<string>("to") { Description = "Sink that gets its records" };
        var command = new Command("move", """
            Move the waiting records of a sink that was renamed or removed in site.toml to another sink.

            They keep their order and their age, and go behind the records that wait there. Dead letters stay: retry them first to move
            them as well. The site must be running; may be given again after an interruption.
            """) { site, from, to };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var (folder, old, sink) = (result.GetValue(site)!, result.GetValue(from)!, result.GetValue(to)!);
            var answer = await TransferAsync(folder, "/api/queue/move", new JsonObject { ["from"] = old, ["to"] = sink }, cancel)
                .ConfigureAwait(false);
            Console.WriteLine($"{answer["count"]} moved from {old} to {sink}{Damaged(answer)}");
            Console.WriteLine((long)answer["dead_letters"]! is > 0 and var dead
                ? $"{dead} dead letters stay: plant queue retry {folder} --sink {old} --all, then move again"
                : $"plant queue forget {folder} {old} removes the empty queue");
        }));
        return command;
    }

    private static Command Forget()
    {
        var site = SiteArgument.CreateRequired();
        var sink = new Argument<string>("sink") { Description = "Sink that site.toml no longer has" };
        var command = new Command("forget", """
            Drop the waiting records and dead letters of a sink that was removed from site.toml, and forget the sink.

            The records count as dropped; the route stays in the list. The site must be running.
            """) { site, sink };
        command.SetAction((result, cancel) => TryAsync(async () =>
        {
            var name = result.GetValue(sink)!;
            var answer = await TransferAsync(result.GetValue(site)!, "/api/queue/forget", new JsonObject { ["sink"] = name }, cancel)
                .ConfigureAwait(false);
            Console.WriteLine($"{name} is forgotten: {answer["count"]} dropped{Damaged(answer)}, "
                + $"{answer["dead_letters"]} dead letters deleted");
        }));
        return command;
    }

    private static string Damaged(JsonNode answer) =>
        (long)answer["damaged"]! is > 0 and var lost ? $", {lost} could not be read and count as damaged" : "";

    /// <summary>Sends a request that only the host of the site can fulfil.</summary>
    private static async Task<JsonNode> TransferAsync(string site, string path, JsonObject request, CancellationToken cancel)
    {
        var folder = Folder(site);
        if (!SiteClient.IsRunning(folder))
        {
            throw new SiteClientException($"no host runs this site: start it with {SiteUnit.StartCommand(site)} and give the command again; "
                + "until then the records stay in data/queue.db");
        }

        return await SiteClient.PostAsync(folder, path, request, cancel).ConfigureAwait(false);
    }

    private static async Task ListAsync(string site, bool isJson, CancellationToken cancel)
    {
        var queue = await SiteClient.GetAsync(Folder(site), "/api/queue", cancel).ConfigureAwait(false);
        if (isJson)
        {
            Console.WriteLine(LogText.SanitizeLines(queue.ToJsonString(s_indented), int.MaxValue));
            return;
        }

        var sinks = queue["sinks"]!.AsArray();
        var listed = sinks.Where(s => (string?)s!["state"] != "Forgotten");
        TextTable.Write(Console.Out, ["SINK", "STATE", "WAITING", "SIZE", "OLDEST", "DEAD", "REASON"], listed.Select(s => new[]
        {
            $"{s!["sink"]}", $"{s["state"]}", $"{Sum(s, "waiting")}",
            (string?)s["delivery"] == "direct" ? "direct" : Amounts.Bytes((long)s["bytes"]!),
            s["oldest_seconds"] is { } age ? Amounts.Duration((double)age!) : "", $"{s["dead_letters"]}", $"{s["reason"]}",
        }));
        Console.WriteLine();
        TextTable.Write(
            Console.Out,
            ["ROUTE", "PRODUCED", "DELIVERED", "WAITING", "EXPIRED", "DEAD", "DROPPED", "DAMAGED", "MOVED"],
            sinks.SelectMany(s => s!["routes"]!.AsArray().Select(r => Route((string)s["sink"]!, r!))));
        if ((string?)queue["problem"] is { } problem) Console.WriteLine($"\n{LogText.Sanitize(problem)}");
        var dead = sinks.Sum(s => (long)s!["dead_letters"]!);
        if (dead == 0) return;
        Console.WriteLine();
        var letters = await LettersAsync(site, $"last={ListedLetters}", cancel).ConfigureAwait(false);
        TextTable.Write(Console.Out, ["ID", "SINK", "REFUSED", "TRIES", "REASON"], letters.Select(l => new[]
        {
            $"{l!["id"]}", $"{l["sink"]}", ((DateTime)l["refused"]!).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            $"{l["tries"]}", $"{l["reason"]}",
        }));
        if (dead > ListedLetters) Console.WriteLine($"the last {ListedLetters} of {dead}: plant queue export {site} writes all");
    }

    private static string[] Route(string sink, JsonNode route)
    {
        string[] counts = ["produced", "delivered", "waiting", "expired", "dead_lettered", "dropped", "damaged", "moved"];
        return [$"{route["recipe"]} > {sink}", .. counts.Select(c => $"{route[c]}")];
    }

    private static async Task<JsonArray> LettersAsync(string site, string query, CancellationToken cancel) =>
        (await SiteClient.GetAsync(Folder(site), $"/api/queue/letters?{query}", cancel).ConfigureAwait(false)).AsArray();

    private static string Folder(string site) => SiteArgument.WhyNoSite(site) is { } reason
        ? throw new SiteClientException($"{reason}{Nearest.DidYouMean(site, s_commands)}")
        : Path.GetFullPath(site);

    private static async Task<int> TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return 0;
        }
        catch (SiteClientException exception)
        {
            await Console.Error.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return 1;
        }
    }

    private static Option<string?> SinkOption() => new("--sink") { Description = "Only those of this sink" };

    private static long Sum(JsonNode sink, string count) => sink["routes"]!.AsArray().Sum(r => (long)r![count]!);
}
