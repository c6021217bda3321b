using System.Diagnostics;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>The data folder, the queue's file or the site is deleted, moved or damaged while records wait for their sink.</summary>
internal sealed class DataGone() : FaultScenario(
    "25", "data/ or queue.db deleted, moved, damaged without rights; the site folder moved and back",
    "said ≤ 5 s; begun anew or repaired; the socket is there again ≤ 5 s; what is lost is counted; END tells the truth")
{
    private const UnixFileMode Usual = (UnixFileMode)0b111_101_101;
    private const UnixFileMode ReadOnly = (UnixFileMode)0b101_101_101;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "files that are open can be moved and deleted on Linux");
        var steps = Steps().Where(s => run.Pick(true, s.IsBrief)).ToList();
        await RunAsync(run, steps);
        if (!run.Pick(true, false)) return;
        await DamagedAsync(run);
        await EndWithoutFolderAsync(run);
    }

    private static async Task RunAsync(FaultRun run, IReadOnlyList<Step> steps)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await server.StartAsync();
        await using var site = NewSite(server.Url);
        site.Ledger.Rate = 500;
        site.Start();
        await site.Host.WhenAsync("name=recipes/all.csx state=Running");
        foreach (var step in steps)
        {
            server.Answer = _ => (503, null);
            site.Ledger.Limit = site.Ledger.Handed + run.Random.Next(300, 900);
            await site.FedAsync(site.Ledger.Limit, s_patience);
            var (said, watch) = (site.Host.Count(step.Said), Stopwatch.StartNew());
            await step.ApplyAsync(site.Folder);
            site.Ledger.Limit += 200;
            var named = await Until.HoldsAsync(() => site.Host.Count(step.Said) > said, s_patience);
            run.Expect(named is not null, step.Name);
            run.ExpectSeconds(named?.TotalSeconds ?? double.NaN, 5, "said ");
            if (step.UndoAsync is { } undo)
            {
                run.Expect(!Directory.Exists(site.Folder.Path), "nothing was made in its place");
                await undo(site.Folder);
                watch.Restart();
            }

            var answers = await Until.HoldsAsync(async () => await site.AskAsync() is { } a && (string?)a["problem"] is null, s_patience);
            run.Expect(answers is not null && File.Exists(site.Folder.At("data/host.sock")), "socket");
            run.ExpectSeconds(watch.Elapsed.TotalSeconds, 5, "there ");
            server.Answer = _ => (204, null);
            await site.FedAsync(site.Ledger.Limit, s_patience);
            var drained = await site.DrainedAsync(s_patience, "web");
            run.Expect(drained is not null && Verdict.Lost(site.Ledger, arrivals) == 0, $"lost {Verdict.Lost(site.Ledger, arrivals)}");
        }

        Verdict.ExpectSound(run, site.Ledger, arrivals);
        Verdict.ExpectAccounted(run, await site.RoutesAsync());
        var host = site.Host;
        run.Expect(host.Count("RECIPE name=recipes/all.csx state=Running") == 1, "the recipe was never replaced");
        await HostEnd.TermAsync(run, host, "end");
        ExpectTruth(run, host, site, arrivals);
        if (run.Failed.Count > 0) await Console.Error.WriteLineAsync(host.Output);
    }

    private static IEnumerable<Step> Steps() =>
    [
        new("rm -rf data", "MOVED queue=", true, site => DeleteAsync(site.At("data")), null),
        new("mv data away", "MOVED queue=", false, site => Task.Run(() => Directory.Move(site.At("data"), site.At("old"))), null),
        new("rm queue.db", "MOVED queue=", false, site => Task.Run(() => File.Delete(site.At("data/queue.db"))), null),
        new("mv queue.db", "MOVED queue=", false, site => Task.Run(() => File.Move(site.At("data/queue.db"), site.At("queue.old"))), null),
        new("site folder moved for 3 s", "MOVED queue=", true, site => AwayAsync(site, 3), BackAsync),
        new("site folder moved for 9 s", "MOVED queue=", false, site => AwayAsync(site, 9), BackAsync),
        new("rm host.sock", "CONTROL socket=.* state=OK", false, site => Task.Run(() => File.Delete(site.At("data/host.sock"))), null),
    ];

    /// <summary>Deletes a folder in which the host may create a file at the same moment.</summary>
    private static Task DeleteAsync(string folder) => Until.MustHoldAsync(
        () =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        },
        s_patience, $"{folder} deleted");

    private static async Task AwayAsync(SiteFolder site, int seconds)
    {
        Directory.Move(site.Path, site.Path + ".away");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
    }

    private static Task BackAsync(SiteFolder site)
    {
        if (Directory.Exists(site.Path)) Directory.Delete(site.Path, recursive: true);
        Directory.Move(site.Path + ".away", site.Path);
        return Task.CompletedTask;
    }

    /// <summary>Pages of the queue are damaged while an ordinary user may not write to data; then it may again.</summary>
    private static async Task DamagedAsync(FaultRun run)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        server.Answer = _ => (503, null);
        await server.StartAsync();
        await using var site = NewSite(server.Url, padding: 500);
        await OrdinaryUser.OwnAsync(site.Folder.Path);
        (site.Ledger.Rate, site.Ledger.Limit) = (0, 40_000);
        site.StartThrough(OrdinaryUser.Launcher);
        await site.FedAsync(40_000, s_patience);
        Rights(site.Folder.At("data"), ReadOnly);
        Ruin(site.Folder.At("data/queue.db"), run.Random);
        var watch = Stopwatch.StartNew();
        server.Answer = _ => (204, null);
        site.Ledger.Limit += 2000;
        await site.Host.WhenAsync("DAMAGED queue=|QUEUE .*state=Failed");
        run.ExpectSeconds(watch.Elapsed.TotalSeconds, 5, "damaged without rights: said ");
        await Task.Delay(TimeSpan.FromSeconds(5));
        Rights(site.Folder.At("data"), Usual);
        await site.Host.WhenAsync("QUEUE .*state=OK");
        site.Ledger.Limit += 1000;
        await Until.MustHoldAsync(() => site.Ledger.Handed >= site.Ledger.Limit, s_patience, "more numbers");
        await site.DrainedAsync(s_patience, "web");
        var routes = await site.RoutesAsync();
        Verdict.ExpectAccounted(run, routes);
        var route = routes.Single(r => r.Sink == "web");
        var missing = site.Ledger.Handed - arrivals.Distinct;
        run.Expect(route.Produced == site.Ledger.Handed && route.Damaged + route.Dropped + route.Waiting == missing,
            $"{site.Ledger.Handed} produced, {arrivals.Distinct} arrived, missing {missing}, counted {route.Damaged} damaged and {route.Dropped} dropped");
        run.Expect(arrivals.Corrupt == 0, $"corrupt {arrivals.Corrupt}");
        var host = site.Host;
        await HostEnd.TermAsync(run, host, "end");
        ExpectTruth(run, host, site, arrivals);
        if (run.Failed.Count > 0) await Console.Error.WriteLineAsync(host.Output);
    }

    /// <summary>TERM while the data folder cannot be made again: what waited is lost, counted, and the exit code tells it.</summary>
    private static async Task EndWithoutFolderAsync(FaultRun run)
    {
        var arrivals = new Arrivals();
        await using var site = NewSite("http://127.0.0.1:9/");
        (site.Ledger.Rate, site.Ledger.Limit) = (0, 1000);
        site.Start();
        await site.FedAsync(1000, s_patience);
        await DeleteAsync(site.Folder.At("data"));
        File.WriteAllText(site.Folder.At("data"), "in the way");
        await site.Host.WhenAsync("QUEUE .*state=Failed");
        var host = site.Host;
        await HostEnd.TermAsync(run, host, "no folder", exitCode: 1);
        var counts = HostEnd.SinkCounts(host.Output)["web"];
        run.Expect(counts is { Produced: 1000, Lost: 1000 }, $"{counts.Lost} of {counts.Produced} lost and said to be");
        run.Expect(arrivals.Distinct == 0, "none arrived");
    }

    private static NumberedSite NewSite(string url, int padding = 0) => new($"""
        [sinks.web]
        sink = "http"
        url  = "{url}"
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """, padding);

    private static void ExpectTruth(FaultRun run, PlantProcess host, NumberedSite site, Arrivals arrivals)
    {
        var counts = HostEnd.SinkCounts(host.Output)["web"];
        run.Expect(counts.Produced == site.Ledger.Handed && counts.Waiting == 0 && counts.Produced - counts.Lost == arrivals.Distinct,
            $"END web: {counts.Produced} produced, {counts.Delivered} delivered, {counts.Lost} lost; {arrivals.Distinct} arrived");
    }

    private static void Rights(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    private static void Ruin(string path, Random chance)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var rubbish = new byte[(int)Math.Max(4096, (file.Length / 2) - (4 * 4096))];
        chance.NextBytes(rubbish);
        file.Position = 4 * 4096;
        file.Write(rubbish);
    }

    /// <summary>One fault: its log line, whether the short form has it, what is done, and what is done to end it.</summary>
    private sealed record Step(
        string Name, string Said, bool IsBrief, Func<SiteFolder, Task> ApplyAsync, Func<SiteFolder, Task>? UndoAsync);
}
