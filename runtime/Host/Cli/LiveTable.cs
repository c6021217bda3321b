using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Draws the live table of <c>plant run</c>: devices with their rates, tags with their qualities, mirrors, sinks, recipes, and the last log
/// lines. Called by <see cref="RunCommand"/>, one table per process. Reads snapshots of the host twice a second; never blocks or
/// changes the host.
/// </summary>
internal static class LiveTable
{
    /// <summary>The largest number of log lines shown.</summary>
    private const int MaxLogLines = 8;

    /// <summary>Lines of a table other than its rows: an empty line, the column names, a rule and an empty line.</summary>
    private const int TableFrame = 4;

    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(500);

    /// <summary>Shows the table until <paramref name="end"/> is cancelled.</summary>
    public static async Task ShowAsync(SiteHost host, SiteModel site, RecentLines recent, CancellationToken end)
    {
        var rates = new Dictionary<string, ScanRate>();
        await AnsiConsole.Live(Draw(host, site, recent, rates)).AutoClear(false).StartAsync(async context =>
        {
            while (!end.IsCancellationRequested)
            {
                context.UpdateTarget(Draw(host, site, recent, rates));
                await Task.Delay(s_refresh, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ConfigureAwait(false);
    }

    private static Rows Draw(SiteHost host, SiteModel site, RecentLines recent, Dictionary<string, ScanRate> rates)
    {
        var (width, height) = (AnsiConsole.Profile.Width, AnsiConsole.Profile.Height);
        var mirrors = host.Mirrors.Running.Count;
        var fixedLines = 2 + TableFrame + host.Devices.Count + (mirrors == 0 ? 0 : TableFrame + mirrors) + TableFrame + host.Sinks.Count
            + host.Recipes.Slots.Count;

        // Tags and log lines share the rest of the screen.
        var room = Math.Max(4, height - fixedLines - TableFrame);
        var lines = recent.Lines.TakeLast(Math.Clamp(room / 3, 1, MaxLogLines)).Select(l => LogLine(l.Level, l.Line, width)).ToList();
        var head = new Rule($"[bold]{Escape(site.Name)}[/]  Ctrl-C ends") { Justification = Justify.Left };
        return new Rows([head, Devices(host, rates), Tags(host, room - lines.Count), .. Mirrors(host), Outputs(host), .. lines]);
    }

    /// <summary>Cuts the line at the edge of the screen: a folded line would move the table.</summary>
    private static Markup LogLine(LogLevel level, string line, int width)
    {
        var color = level switch { LogLevel.Error => "red", LogLevel.Warn => "yellow", _ => "grey" };
        return new Markup($"[{color}]{(line.Length <= width ? line : $"{line[..(width - 1)]}…").EscapeMarkup()}[/]");
    }

    private static Table Devices(SiteHost host, Dictionary<string, ScanRate> rates)
    {
        var table = NewTable("device", "state", "scans/s", "cycle", "failed", "skipped", "says", "reason");
        foreach (var device in host.Devices)
        {
            var status = device.Status;
            if (!rates.TryGetValue(device.Name, out var rate)) rates.Add(device.Name, rate = new ScanRate(TimeProvider.System));
            table.AddRow(Escape(device.Name), Colored(status.State.ToString(), status.State == DeviceState.Running),
                Text($"{rate.Update(status.Scans):0.0}"),
                Text($"{status.Cycle.TotalMilliseconds:0.0} ms"), Text($"{status.Failed}"), Text($"{status.Skipped}"), Facts(status.Facts),
                Escape(status.Reason));
        }

        return table;
    }

    /// <summary>Formats the first two properties that a device reports, and all that it reports as wrong.</summary>
    private static string Facts(IReadOnlyList<DeviceProperty> facts) =>
        string.Join(' ', facts.Where((fact, i) => i < 2 || fact.IsWrong).Select(f => Colored(f.Text, !f.IsWrong)));

    private static Table Tags(SiteHost host, int room)
    {
        var table = NewTable("tag", "value", "unit", "quality", "age");
        var samples = host.Devices.SelectMany(d => d.Status.Latest().Zip(d.Status.Ages(TimeProvider.System))).ToList();
        var shown = samples.Count <= room ? samples.Count : room - 1;
        foreach (var (sample, age) in samples.Take(shown))
        {
            table.AddRow(Escape(sample.Tag.ToString()), Format(sample.Value), Escape(sample.Tag.Unit),
                Colored(sample.Quality.ToText(), sample.Quality == Quality.Good), age is { } read ? Text($"{read.TotalSeconds:0.0} s")
                    : "");
        }

        if (shown < samples.Count) table.AddRow($"… {samples.Count - shown} more", "", "", "", "");
        return table;
    }

    /// <summary>Returns no table if the site has no mirrors.</summary>
    private static IEnumerable<Table> Mirrors(SiteHost host)
    {
        if (host.Mirrors.Running is not { Count: > 0 } running) yield break;
        var table = NewTable("mirror", "copies", "unchanged", "skips", "age", "p99", "reason");
        foreach (var runner in running)
        {
            var status = runner.Status;
            table.AddRow(Escape(runner.Mirror.ToString()), Text($"{status.Copies}"), Text($"{status.Unchanged}"), Text($"{status.Skips}"),
                Text($"{status.Age.TotalMilliseconds:0.0} ms"), Text($"{status.Ages.Percentile(0.99).TotalMilliseconds:0.0} ms"),
                status.Reason is { } reason ? Colored(reason, isGood: false) : "");
        }

        yield return table;
    }

    private static Table Outputs(SiteHost host)
    {
        var table = NewTable("sink or recipe", "state", "delivered", "waiting", "lost", "reason");
        foreach (var sink in host.Sinks)
        {
            var counts = sink.Counts;
            table.AddRow(Escape(sink.Name), Colored(sink.State.ToString(), sink.Reason is null), Text($"{counts.Delivered}"),
                Text($"{counts.Waiting}"),
                Text($"{counts.Lost + counts.DeadLettered}"), Escape(sink.Reason));
        }

        foreach (var recipe in host.Recipes.Slots)
        {
            // The groups of GroupByTime: emitted, open, and incomplete ones with values that came too late.
            var groups = recipe.Groups;
            table.AddRow(Escape(recipe.File), Colored($"{recipe.Status} v{recipe.Version}", recipe.Reason is null),
                groups.Count == 0 ? "" : Text($"{groups.Sum(g => g.Complete + g.Partial)}"),
                groups.Count == 0 ? "" : Text($"{groups.Sum(g => g.Open)}"),
                Text($"{recipe.Lost + recipe.Faults + groups.Sum(g => g.Incomplete + g.Late)}"),
                Escape(recipe.Reason));
        }

        return table;
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    /// <summary>Formats a value with at most seven digits, as many as a 32-bit float has.</summary>
    private static string Format(Value value) => value.IsNull ? "-"
        : value.Kind is ValueKind.Float32 or ValueKind.Float64 ? value.Number.ToString("G7", CultureInfo.InvariantCulture)
        : Escape(value.ToString());

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Colored(string text, bool isGood) => $"[{(isGood ? "green" : "red")}]{Escape(text)}[/]";

    /// <summary>Escapes text from outside for one line of the terminal.</summary>
    private static string Escape(string? text) => LogText.Sanitize(text).EscapeMarkup();
}

/// <summary>
/// Computes the increase of a count per second, over the last five seconds. Owned by the live table, one per device; one call at a time;
/// does no I/O.
/// </summary>
internal sealed class ScanRate(TimeProvider time)
{
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(5);
    private readonly Queue<(long At, long Count)> _past = new();

    /// <summary>Adds the current count and returns the increase per second.</summary>
    public double Update(long count)
    {
        var now = time.GetTimestamp();
        _past.Enqueue((now, count));
        while (_past.Count > 2 && time.GetElapsedTime(_past.Peek().At, now) > s_span) _past.Dequeue();
        var (at, first) = _past.Peek();
        var seconds = time.GetElapsedTime(at, now).TotalSeconds;
        return seconds < 0.1 ? 0 : (count - first) / seconds;
    }
}
