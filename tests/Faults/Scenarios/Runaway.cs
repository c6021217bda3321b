using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Faults.Runaways;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Faulty recipes, one after the other, beside a recipe that must miss no scan.</summary>
internal sealed class Runaway()
    : FaultScenario("17", "recipe with a loop, a sleep, 2 GB of memory, recursion and more; the host may keep 256 MB",
        "stopped and named ≤ 5 s; the other recipe misses no scan; the version before runs on; resident < 450 MB")
{
    private const double MegabytesAllowed = 450;
    private const string BackAgain = @"BACK recipe=recipes/bad\.csx|name=recipes/bad\.csx .*the version before runs on";

    private static readonly string[] s_brief = ["loop", "recursion", "hidden sleep", "hidden read", "operators in operators",
        "2 GB in a list", "2 GB of text", "2 GB at the top", "kept, 50 MB a scan"];

    public override async Task RunAsync(FaultRun run)
    {
        await using var site = new RunawaySite();
        await site.StartAsync();
        foreach (var runaway in RunawayCase.All.Where(c => run.Pick(true, s_brief.Contains(c.Name))))
        {
            site.ForgetPeak();
            var before = site.Host.Count(BackAgain);
            var (said, watch) = (site.Host.Count(runaway.Said), Stopwatch.StartNew());
            var (running, started) = (site.Host.Count("name=recipes/bad.csx state=Running version="), TimeSpan.Zero);
            site.Break(runaway);
            var named = await Until.HoldsAsync(
                () =>
                {
                    // A fault that starts with the first real scan is timed from that scan, without compilation and dry run.
                    if (started == TimeSpan.Zero && site.Host.Count("name=recipes/bad.csx state=Running version=") > running)
                        started = watch.Elapsed;
                    return site.Host.Count(runaway.Said) > said;
                },
                TimeSpan.FromSeconds(60));
            var seconds = named is { } time ? (time - started).TotalSeconds : double.NaN;
            run.Expect(named is not null, runaway.Name);
            run.ExpectTime(seconds <= 5, string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"));
            run.Expect(site.Peak <= MegabytesAllowed, $"{site.Peak:0} MB");
            if (runaway.Said.Contains("left behind", StringComparison.Ordinal)) run.Expect(site.NiceOfLeft() == 10, "low priority");
            var back = await Until.HoldsAsync(() => site.Host.Count(BackAgain) > before, TimeSpan.FromSeconds(20));
            var delivered = site.Delivered;
            var runs = back is null ? null : await Until.HoldsAsync(() => site.Delivered > delivered, TimeSpan.FromSeconds(20));
            if (runs is null) run.Expect(false, "the version before does not run");
            await site.MendAsync();
        }

        await site.Host.SignalAsync("TERM");
        run.Expect(await site.Host.WhenExitedAsync() == 0, "ends in order");
        var scans = site.Scans();
        var missed = scans.Zip(scans.Skip(1), (a, b) => b.Number - a.Number - 1).Sum();
        var gap = scans.Zip(scans.Skip(1), (a, b) => (b.Time - a.Time).TotalMilliseconds).Max();
        var due = Math.Round((scans[^1].Time - scans[0].Time).TotalMilliseconds / RunawaySite.Period) + 1;
        run.Expect(missed == 0, $"{scans.Count} scans of the other recipe, missed {missed}");
        run.ExpectTime(due - scans.Count <= 0.001 * due,
            string.Create(CultureInfo.InvariantCulture,
                $"not taken in time {due - scans.Count:0}, longest gap {gap:0} ms of {RunawaySite.Period}"));
        if (run.Failed.Count > 0) await Console.Error.WriteLineAsync(site.Host.Output);
    }
}
