using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// What <c>plant run</c> shows on a terminal: devices with their rates, tags with their qualities, sinks, recipes, and the last log lines.
/// </summary>
internal static class LiveTable
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(500);

    /// <summary>Shows it until <paramref name="end"/>.</summary>
    public static async Task ShowAsync(PlantHost host, SiteModel site, RecentLines recent, CancellationToken end)
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

    private static Rows Draw(PlantHost host, SiteModel site, RecentLines recent, Dictionary<string, ScanRate> rates)
    {
        // What the terminal has room for: below the tags come sinks, recipes and log lines.
        var room = Math.Max(5, AnsiConsole.Profile.Height - host.Sinks.Count - host.Recipes.Entries.Count - recent.Lines.Length - host.Devices.Count - host.Mirrors.Running.Count - 12);
        var head = new Rule($"[bold]{site.Name.EscapeMarkup()}[/]  Ctrl-C ends") { Justification = Justify.Left };
        return new Rows([head, Devices(host, rates), Tags(host, room), .. Mirrors(host), Outputs(host), .. recent.Lines.Select(l => LogLine(l.Level, l.Line))]);
    }

    private static Markup LogLine(LogLevel level, string line)
    {
        var color = level switch { LogLevel.Error => "red", LogLevel.Warn => "yellow", _ => "grey" };
        return new Markup($"[{color}]{line.EscapeMarkup()}[/]") { Overflow = Overflow.Ellipsis };
    }

    private static Table Devices(PlantHost host, Dictionary<string, ScanRate> rates)
    {
        var table = NewTable("device", "state", "scans/s", "cycle", "failed", "skipped", "says", "reason");
        foreach (var device in host.Devices)
        {
            var status = device.Status;
            if (!rates.TryGetValue(device.Name, out var rate)) rates.Add(device.Name, rate = new ScanRate(TimeProvider.System));
            table.AddRow(device.Name.EscapeMarkup(), Colored(status.State.ToString(), status.State == DeviceState.Running), Text($"{rate.Of(status.Scans):0.0}"),
                Text($"{status.Cycle.TotalMilliseconds:0.0} ms"), Text($"{status.Failed}"), Text($"{status.Skipped}"), Facts(status.Facts),
                (status.Reason ?? "").EscapeMarkup());
        }

        return table;
    }

    /// <summary>What a device says of itself: the first two facts, which tell most, and all that are wrong.</summary>
    private static string Facts(IReadOnlyList<DeviceFact> facts) =>
        string.Join(' ', facts.Where((fact, i) => i < 2 || fact.IsWrong).Select(f => Colored(f.Text, !f.IsWrong)));

    private static Table Tags(PlantHost host, int room)
    {
        var table = NewTable("tag", "value", "unit", "quality");
        var samples = host.Devices.SelectMany(d => d.Status.Latest()).ToList();
        foreach (var sample in samples.Take(room))
        {
            table.AddRow(sample.Tag.ToString().EscapeMarkup(), Shown(sample.Value), sample.Tag.Unit.EscapeMarkup(),
                Colored(sample.Quality.ToText(), sample.Quality == Quality.Good));
        }

        if (samples.Count > room) table.AddRow($"… {samples.Count - room} more", "", "", "");
        return table;
    }

    /// <summary>Nothing where nothing is mirrored.</summary>
    private static IEnumerable<Table> Mirrors(PlantHost host)
    {
        if (host.Mirrors.Running is not { Count: > 0 } running) yield break;
        var table = NewTable("mirror", "copies", "unchanged", "skips", "age", "p99", "reason");
        foreach (var runner in running)
        {
            var status = runner.Status;
            table.AddRow(runner.Mirror.ToString().EscapeMarkup(), Text($"{status.Copies}"), Text($"{status.Unchanged}"), Text($"{status.Skips}"),
                Text($"{status.Age.TotalMilliseconds:0.0} ms"), Text($"{status.Ages.Percentile(0.99).TotalMilliseconds:0.0} ms"),
                status.Reason is { } reason ? Colored(reason, isGood: false) : "");
        }

        yield return table;
    }

    private static Table Outputs(PlantHost host)
    {
        var table = NewTable("sink or recipe", "state", "delivered", "waiting", "lost", "reason");
        foreach (var sink in host.Sinks)
        {
            var counts = sink.Counts;
            table.AddRow(sink.Name.EscapeMarkup(), Colored(sink.State.ToString(), sink.Reason is null), Text($"{counts.Delivered}"), Text($"{counts.Waiting}"),
                Text($"{counts.Lost + counts.DeadLettered}"), (sink.Reason ?? "").EscapeMarkup());
        }

        foreach (var recipe in host.Recipes.Entries)
        {
            table.AddRow(recipe.File.EscapeMarkup(), Colored($"{recipe.State} v{recipe.Version}", recipe.Reason is null), "", "", Text($"{recipe.Lost + recipe.Faults}"),
                (recipe.Reason ?? "").EscapeMarkup());
        }

        return table;
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    /// <summary>Seven digits are what a sensor has; the table stays still while the rest flickers.</summary>
    private static string Shown(Value value) => value.IsNull ? "-"
        : value.Kind is ValueKind.Float32 or ValueKind.Float64 ? value.Number.ToString("G7", CultureInfo.InvariantCulture)
        : TextTable.Printable(value.ToString()).EscapeMarkup();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Colored(string text, bool isGood) => $"[{(isGood ? "green" : "red")}]{text.EscapeMarkup()}[/]";
}
