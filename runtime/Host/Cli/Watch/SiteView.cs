using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// The state of a site as the events of its stream tell it: rows for devices, mirrors, sinks, recipes and tags, and the last log lines.
/// Owned by the loop of the table, on whose thread all methods run; does no I/O.
/// </summary>
/// <param name="site">The folder of the site, for the advice.</param>
internal sealed class SiteView(string site)
{
    private const int KeptLines = 40;
    private readonly Dictionary<string, ScanRate> _rates = [];
    private readonly Queue<SiteLogLine> _lines = new();
    private long _lastLine;
    private string[] _qualities = [];
    private List<TableRow> _tags = [];

    /// <summary>Name of the site; its folder until the host has told it.</summary>
    public string Name { get; private set; } = LogText.Sanitize(Path.GetFileName(Path.TrimEndingDirectorySeparator(site)));

    /// <summary>State of the host: <c>ok</c>, <c>degraded</c>, <c>standby</c>, <c>failed</c>; empty before it is known.</summary>
    public string Health { get; private set; } = "";

    /// <summary>True if the host does all that its site asks of it.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Errors of the site or the queue as a whole.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>The time of the host, in milliseconds since 1970: that of its last values; 0 before the first ones.</summary>
    public long Time { get; private set; }

    /// <summary>The reason why there is no connection to the host; null while there is one.</summary>
    public string? Trouble { get; private set; } = "connecting to the host";

    /// <summary>Devices, mirrors, sinks and recipes, in the order of the site.</summary>
    public IReadOnlyList<TableRow> Parts { get; private set; } = [];

    /// <summary>Tags, in the order of the site.</summary>
    public IReadOnlyList<TableRow> Tags => _tags;

    /// <summary>The last log lines, oldest first.</summary>
    public IReadOnlyCollection<SiteLogLine> Lines => _lines;

    /// <summary>Applies an event, which shows that there is a connection; one of an unknown name changes nothing else.</summary>
    /// <exception cref="SiteClientException">The host is of a version whose events are others.</exception>
    public void Apply(SiteEvent change)
    {
        try
        {
            Trouble = null;
            switch (change.Name)
            {
                case "tags": Define(change.Data); break;
                case "values": ApplyValues(change.Data); break;
                case "status": ApplyStatus(change.Data); break;
                case "log": ApplyLog(change.Data); break;
                default: break;
            }
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new SiteClientException($"this host is of another version: its stream is not understood ({exception.Message})");
        }
    }

    /// <summary>Notes that the connection to the host is lost or was never there.</summary>
    public void Lose(string reason)
    {
        Trouble = reason;

        // The lines of another host are numbered from 1 again.
        _lines.Clear();
        _lastLine = 0;
    }

    private void Define(JsonElement data)
    {
        _qualities = [.. data.GetProperty("qualities").EnumerateArray().Select(Text)];
        _tags = [.. data.GetProperty("devices").EnumerateArray().SelectMany(
            device => device.GetProperty("tags").EnumerateArray(), (device, tag) => Tag(Text(device.GetProperty("name")), tag))];
    }

    private static TableRow Tag(string device, JsonElement tag) => new(RowKind.Tag, $"{device}.{Text(tag.GetProperty("name"))}")
    {
        Unit = Optional(tag, "unit"),
        Info = Optional(tag, "description"),
        IsSingle = tag.TryGetProperty("single", out var single) && single.GetBoolean(),
        IsBad = true,
    };

    /// <summary>Applies <c>[index, value, quality, time, …]</c>.</summary>
    private void ApplyValues(JsonElement data)
    {
        Time = data.GetProperty("time").GetInt64();
        var changes = data.GetProperty("changes").EnumerateArray();
        while (changes.MoveNext())
        {
            var row = _tags[changes.Current.GetInt32()];
            changes.MoveNext();
            var value = JsonValues.From(changes.Current);
            row.Value = row.IsSingle && value.IsNumber ? Value.Of((float)value.Number) : value;
            changes.MoveNext();
            var quality = changes.Current.GetInt32();
            (row.State, row.IsBad) = (_qualities[quality], (Quality)quality != Quality.Good);
            changes.MoveNext();
            row.Time = changes.Current.GetInt64();
        }
    }

    private void ApplyStatus(JsonElement data)
    {
        Name = Text(data.GetProperty("site"));
        Health = Text(data.GetProperty("health"));
        IsReady = Text(data.GetProperty("ready")) is "ready" or "standby";
        string[] errors = [Optional(data, "site_error"), Optional(data, "queue_error"), Optional(data, "log_error")];
        var disks = data.GetProperty("disks").EnumerateArray().Where(disk => Optional(disk, "warning").Length > 0)
            .Select(disk => $"the disk with {Text(disk.GetProperty("folder"))}: {Optional(disk, "warning")}");
        Problems = [.. errors.Where(p => p.Length > 0), .. disks];
        var time = Milliseconds(data.GetProperty("time"));
        Parts =
        [
            .. Rows(data, "devices", d => Device(d, time)), .. Rows(data, "mirrors", Mirror), .. Rows(data, "sinks", Sink),
            .. Rows(data, "recipes", Recipe),
        ];
    }

    private static IEnumerable<TableRow> Rows(JsonElement data, string name, Func<JsonElement, TableRow> create) =>
        data.GetProperty(name).EnumerateArray().Select(create);

    private TableRow Device(JsonElement data, long time)
    {
        var row = Part(RowKind.Device, "device", data, Text(data.GetProperty("name")));
        if (!_rates.TryGetValue(row.Name, out var rate)) _rates.Add(row.Name, rate = new ScanRate());
        row.Value = Math.Round(rate.Update(data.GetProperty("scans").GetInt64(), time), 1);
        row.Unit = "scans/s";
        row.Time = data.GetProperty("last_scan") is { ValueKind: JsonValueKind.String } last ? Milliseconds(last) : 0;
        var facts = data.GetProperty("properties").EnumerateArray()
            .Where((fact, i) => i < 2 || fact.GetProperty("wrong").GetBoolean()).Select(fact => Text(fact.GetProperty("text")));
        string[] counters =
            [$"cycle {Number(data, "cycle_ms")} ms", $"failed {Number(data, "failed")}", $"skipped {Number(data, "skipped")}"];
        row.Info = string.Join("  ", [.. counters, .. facts]);
        return row;
    }

    private static TableRow Mirror(JsonElement data)
    {
        var reason = Optional(data, "reason");
        return new TableRow(RowKind.Mirror, Text(data.GetProperty("name")))
        {
            State = reason.Length == 0 ? "Copying" : "Skipping",
            IsBad = reason.Length > 0,
            Reason = reason,
            Value = data.GetProperty("copies").GetInt64(),
            Unit = "copies",
            Info = $"unchanged {Number(data, "unchanged")}  skips {Number(data, "skips")}  age {Number(data, "age_ms")} ms"
                + $"  p99 {Number(data, "age_p99_ms")} ms",
        };
    }

    private TableRow Sink(JsonElement data)
    {
        var row = Part(RowKind.Sink, "sink", data, Text(data.GetProperty("name")));
        row.Value = data.GetProperty("waiting").GetInt64();
        row.Unit = "waiting";
        row.Info = $"delivered {Number(data, "delivered")}  dead {Number(data, "dead_lettered")}  lost {Number(data, "lost")}";
        return row;
    }

    private TableRow Recipe(JsonElement data)
    {
        var row = Part(RowKind.Recipe, "recipe", data, Text(data.GetProperty("file")));
        row.Value = $"v{Number(data, "version")}";
        row.Info = $"faults {Number(data, "faults")}  lost scans {Number(data, "lost_scans")}";
        if (data.GetProperty("groups") is { ValueKind: JsonValueKind.Object } groups)
        {
            row.Info += $"  groups {Number(groups, "emitted")}, open {Number(groups, "open")},"
                + $" incomplete or late {Number(groups, "incomplete")}";
        }

        return row;
    }

    private TableRow Part(RowKind kind, string word, JsonElement data, string name)
    {
        var (state, isHealthy) = (Text(data.GetProperty("state")), data.GetProperty("healthy").GetBoolean());
        return new TableRow(kind, name)
        {
            State = state,
            IsBad = !isHealthy,
            Reason = Optional(data, "reason"),
            Next = isHealthy ? "" : NextSteps.For(word, state, name, site),
        };
    }

    /// <summary>Adds lines with greater numbers than the last one, because the lines of two requests overlap.</summary>
    private void ApplyLog(JsonElement data)
    {
        foreach (var line in SiteLogLine.Parse(data))
        {
            if (line.Number <= _lastLine) continue;
            _lastLine = line.Number;
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines) _lines.Dequeue();
        }
    }

    private static string Text(JsonElement text) => LogText.Sanitize(text.GetString());

    private static string Optional(JsonElement data, string name) =>
        data.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? Text(text) : "";

    private static string Number(JsonElement data, string name) => ValueText.Format(JsonValues.From(data.GetProperty(name)));

    private static long Milliseconds(JsonElement time) => new DateTimeOffset(time.GetDateTime().ToUniversalTime()).ToUnixTimeMilliseconds();
}

/// <summary>
/// Computes the increase of a count per second, over at least the last five seconds. Owned by <see cref="SiteView"/>, one per device; pure
/// but for the counts that it keeps.
/// </summary>
internal sealed class ScanRate
{
    private const long Span = 5000;
    private readonly Queue<(long At, long Count)> _past = new();

    /// <summary>Adds the current count and its time, in milliseconds, and returns the increase per second.</summary>
    public double Update(long count, long now)
    {
        // The host has started anew, or its clock was set back.
        if (_past.Count > 0 && (count < _past.Last().Count || now < _past.Last().At)) _past.Clear();
        _past.Enqueue((now, count));
        while (_past.Count > 2 && now - _past.Peek().At > Span) _past.Dequeue();
        var (at, first) = _past.Peek();
        return now - at < 100 ? 0 : (count - first) * 1000.0 / (now - at);
    }
}
