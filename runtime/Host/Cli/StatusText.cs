using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Writes the document of <c>/api/status</c> as text: a table for each kind of parts, parts that do not work first, with reason and next
/// step wrapped below their rows. Pure.
/// </summary>
internal static class StatusText
{
    private const string Margin = "    ";

    /// <summary>A narrower terminal wraps reasons itself.</summary>
    private const int LeastWidth = 20;

    /// <summary>Returns the lines of the text, without control characters.</summary>
    /// <param name="status">The document.</param>
    /// <param name="site">The folder of the site, as the user wrote it.</param>
    /// <param name="width">Columns of the terminal, for reasons; tables are as wide as they have to be.</param>
    public static List<string> Lines(JsonNode status, string site, int width)
    {
        var now = (DateTime)status["time"]!;
        var lines = new List<string>
        {
            $"{Text(status["site"])}: {Summary(status)}",
            $"plant {status["plant_id"]}, version {Text(status["version"])}, up {Amounts.Duration((double)status["uptime_seconds"]!)}, "
                + $"{Amounts.Bytes((long)status["memory_bytes"]!)} memory, "
                + now.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
        };
        if (status["lease"] is { } lease) lines.AddRange(Pair(lease, now));
        if (status["site_error"] is { } siteError)
            AddReason(lines, Text(siteError), "correct site.toml and save it; the site before runs on", width);
        if (status["queue_error"] is { } queueError)
            AddReason(lines, Text(queueError), "records are kept in memory and may be lost: make room on the disk or repair it", width);
        if (status["log_error"] is { } logError)
            AddReason(lines, Text(logError), "correct [log] file or PLANT_LOG_FILE, its rights or its disk; the plant runs on", width);
        foreach (var disk in status["disks"]!.AsArray().Where(d => d!["warning"] is not null))
        {
            AddReason(lines, $"the disk with {Text(disk!["folder"])}: {Text(disk["warning"])}",
                "make room on it: when it is full, new records wait in memory", width);
        }

        string[] head = ["DEVICE", "STATE", "DRIVER", "TAGS", "SCANS", "FAILED", "SKIPPED", "CYCLE", "LAST SCAN"];
        Add(lines, width, head, Parts(status, "devices",
            d => Part(d, "device", "name", site, Text(d["driver"]), Number(d["tags"]), Number(d["scans"]), Number(d["failed"]),
                Number(d["skipped"]), $"{Number(d["cycle_ms"])} ms", d["last_scan"] is { } last ? $"{Ago(now, last)} ago" : "-")));
        Add(lines, width, ["MIRROR", "STATE", "COPIES", "UNCHANGED", "SKIPS", "AGE", "P99"], Parts(status, "mirrors", m => new StatusRow(
            [
                Text(m["name"]), m["reason"] is null ? "Copying" : "Skipping", Number(m["copies"]), Number(m["unchanged"]),
                Number(m["skips"]), $"{Number(m["age_ms"])} ms", $"{Number(m["age_p99_ms"])} ms",
            ],
            m["reason"] is null, Text(m["reason"]), "")));
        Add(lines, width, ["SINK", "STATE", "PLUGIN", "PRODUCED", "DELIVERED", "WAITING", "DEAD", "LOST"], Parts(status, "sinks",
            s => Part(s, "sink", "name", site, Text(s["plugin"]), Number(s["produced"]), Number(s["delivered"]), Number(s["waiting"]),
                Number(s["dead_lettered"]), Number(s["lost"]))));
        Add(lines, width, ["RECIPE", "STATE", "VERSION", "FAULTS", "LOST SCANS"], Parts(status, "recipes",
            r => Part(r, "recipe", "file", site, Number(r["version"]), Number(r["faults"]), Number(r["lost_scans"]))));
        if (status["queue"] is not { } queue) return lines;
        Add(lines, width, ["QUEUE", "WAITING", "SIZE", "OLDEST", "DEAD LETTERS"], Parts(queue, "sinks", s => new StatusRow(
            [
                Text(s["sink"]), $"{s["routes"]!.AsArray().Sum(r => (long)r!["waiting"]!)}",
                (string?)s["delivery"] == "direct" ? "direct" : Amounts.Bytes((long)s["bytes"]!),
                s["oldest_seconds"] is { } age ? Amounts.Duration((double)age) : "-", Number(s["dead_letters"]),
            ],
            true, "", (long)s["dead_letters"]! > 0 ? $"plant queue {site} shows dead letters and their reasons" : "")));
        if (status["queue_error"] is null) AddReason(lines, Text(queue["problem"]), "", width);
        return lines;
    }

    /// <summary>Says which host of a pair is active and since when, and which wait.</summary>
    private static IEnumerable<string> Pair(JsonNode lease, DateTime now)
    {
        var since = lease["since"] is { } time
            ? $" since {((DateTime)time).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}, {Ago(now, time)} ago" : "";
        var own = Text(lease["instance"]);
        yield return lease["active"] is { } active ? $"active: {Named(Text(active))}{since}" : "active: not known";
        var standby = lease["standby"]!.AsArray().Select(s => Named(Text(s))).ToList();
        yield return $"standby: {(standby.Count == 0 ? "none" : string.Join(", ", standby))}";

        string Named(string instance) => instance == own ? $"{instance} (this host)" : instance;
    }

    /// <summary>Says whether the site is healthy, and how many parts of which kind are not.</summary>
    private static string Summary(JsonNode status)
    {
        var ready = Text(status["ready"]);
        if (ready == "ready") return "healthy";
        if (ready is "standby") return "standby: another host is active";
        if (ready == "starting") return "starting";
        var counts = new[] { ("devices", "device"), ("sinks", "sink"), ("recipes", "recipe") }
            .Select(k => (Count: status[k.Item1]!.AsArray().Count(p => !(bool)p!["healthy"]!), Kind: k.Item2)).Where(k => k.Count > 0);
        string[] site = status["site_error"] is null ? [] : ["site.toml not as edited"];
        return string.Join(", ", ["unhealthy", .. site, .. counts.Select(k => $"{Sites.Text.Plural.Format(k.Count, k.Kind)} not working")]);
    }

    private static List<StatusRow> Parts(JsonNode status, string list, Func<JsonNode, StatusRow> create) =>
        [.. status[list]!.AsArray().Select(part => create(part!)).OrderBy(row => row.IsHealthy ? 1 : 0)];

    private static StatusRow Part(JsonNode part, string kind, string name, string site, params string[] cells)
    {
        var (state, isHealthy, called) = (Text(part["state"]), (bool)part["healthy"]!, Text(part[name]));
        return new StatusRow([called, state, .. cells], isHealthy, Text(part["reason"]),
            isHealthy ? "" : NextSteps.For(kind, state, called, site));
    }

    private static void Add(List<string> lines, int width, string[] head, List<StatusRow> rows)
    {
        if (rows.Count == 0) return;
        lines.Add("");
        var widths = head.Select((name, i) => Math.Max(name.Length, rows.Max(r => TerminalText.Width(r.Cells[i])))).ToArray();
        lines.Add(Join(head));
        foreach (var row in rows)
        {
            lines.Add(Join(row.Cells));
            AddReason(lines, row.Reason, row.Next, width);
        }

        string Join(string[] cells) => string.Join("  ", cells.Select((cell, i) => TerminalText.Fit(cell, widths[i]))).TrimEnd();
    }

    private static void AddReason(List<string> lines, string reason, string next, int width)
    {
        foreach (var text in new[] { reason, next.Length == 0 ? "" : $"next: {next}" })
            lines.AddRange(TerminalText.Wrap(text, Math.Max(LeastWidth, width - Margin.Length)).Select(line => Margin + line));
    }

    private static string Ago(DateTime now, JsonNode time) => Amounts.Duration((now - (DateTime)time).TotalSeconds);

    private static string Number(JsonNode? number) => ValueText.Format(JsonValues.Parse(number));

    private static string Text(JsonNode? text) => LogText.Sanitize((string?)text);

    /// <summary>A row of a table with what stands below it.</summary>
    private sealed record StatusRow(string[] Cells, bool IsHealthy, string Reason, string Next);
}
