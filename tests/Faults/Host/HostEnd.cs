using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PlantRuntime.Faults.Host;

/// <summary>Ends a host by SIGTERM and judges its last lines.</summary>
internal static partial class HostEnd
{
    /// <summary>
    /// Sends SIGTERM. The host must end within 5 s with exit code 0, and log the end of all that it started, with even counts.
    /// </summary>
    public static async Task TermAsync(FaultRun run, PlantProcess host, string when, int exitCode = 0)
    {
        var watch = Stopwatch.StartNew();
        await host.SignalAsync("TERM").ConfigureAwait(false);
        var exit = await host.WhenExitedAsync().ConfigureAwait(false);
        var seconds = watch.Elapsed.TotalSeconds;
        run.Expect(exit == exitCode, $"{when}: exit {exit}");
        run.ExpectSeconds(seconds, 5, "");
        ExpectLines(run, host.Output, when);
    }

    /// <summary>Every device and sink with a line START has one line END, and the counts of each sink are even.</summary>
    public static void ExpectLines(FaultRun run, string log, string when)
    {
        var started = Started().Matches(log).Select(m => m.Groups[1].Value).Distinct().Order().ToList();
        var ended = Ended().Matches(log).Select(m => m.Groups[1].Value).Order().ToList();
        var missing = started.Except(ended).ToList();
        run.Expect(missing.Count == 0 && ended.Distinct().Count() == ended.Count,
            $"{ended.Count} END{(missing.Count == 0 ? "" : $", none for {string.Join(' ', missing)}")}");
        foreach (var (sink, counts) in SinkCounts(log))
        {
            var isEven = counts.Produced == counts.Delivered + counts.Waiting + counts.Dead + counts.Lost;
            if (!isEven || Math.Min(counts.Waiting, counts.Lost) < 0) run.Expect(false, $"{when}: END {sink} {counts}");
        }

        if (log.Contains(" BUG ", StringComparison.Ordinal) || log.Contains("Unhandled", StringComparison.OrdinalIgnoreCase))
            run.Expect(false, $"{when}: a fault of the host: {FaultLine().Match(log).Value}");
    }

    /// <summary>The counts in the END lines, by sink.</summary>
    public static IReadOnlyDictionary<string, EndCounts> SinkCounts(string log) => Counts().Matches(log).ToDictionary(
        m => m.Groups[1].Value, m => new EndCounts(Number(m, 2), Number(m, 3), Number(m, 4), Number(m, 5), Number(m, 6)));

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@" START (?:plant=\d+ )?((?:device|sink)=\S+)")]
    private static partial Regex Started();

    [GeneratedRegex(@" END ((?:device|sink)=\S+)")]
    private static partial Regex Ended();

    [GeneratedRegex(@" END sink=(\S+) produced=(-?\d+) delivered=(-?\d+) waiting=(-?\d+) deadlettered=(-?\d+) lost=(-?\d+)")]
    private static partial Regex Counts();

    [GeneratedRegex(".*( BUG |[Uu]nhandled).*")]
    private static partial Regex FaultLine();
}

/// <summary>The counts of an END line of a sink.</summary>
internal sealed record EndCounts(long Produced, long Delivered, long Waiting, long Dead, long Lost);
