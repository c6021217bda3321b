using System.Diagnostics;
using PlantRuntime.Faults.Disk;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>The disk becomes full while the sink is down; then the sink returns.</summary>
internal sealed class DiskFull() : FaultScenario("3", "disk full: data on a 32 MB tmpfs, sink down, then up",
    "process lives; said ≤ 5 s; lost 0; drained ≤ 60 s; ≤ 1 log line/s")
{
    public override async Task RunAsync(FaultRun run)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await using var site = new NumberedSite($"""
            [sinks.web]
            sink = "http"
            url  = "{server.Url}"
            """, padding: 1000);
        await using var disk = await SmallDisk.MountAsync(site.Folder.At("data"), "32m");
        (site.Ledger.Limit, site.Ledger.Rate) = (1_000_000, 3000);
        site.Start();
        var (said, lastCommit) = (Stopwatch.StartNew(), 0L);
        await Until.MustHoldAsync(
            () =>
            {
                if (site.Ledger.CommittedCount is var committed && committed != lastCommit) (lastCommit, _) = (committed, Restart(said));
                return site.Host.Count("state=FULL") > 0;
            },
            TimeSpan.FromSeconds(120), "state=FULL in the log");
        run.ExpectTime(said.Elapsed.TotalSeconds <= 5, $"said {said.Elapsed.TotalSeconds:0.0} s after the last commit");
        var shown = await Until.HoldsAsync(async () => (string?)(await site.AskAsync())?["problem"] == "the disk is full",
            TimeSpan.FromSeconds(5));
        run.Expect(shown is not null, shown is null ? "not in plant queue" : "in plant queue");

        var (lines, pause) = (Lines(site), run.Pick(30, 10));
        await Task.Delay(TimeSpan.FromSeconds(pause));
        run.Expect(Lines(site) - lines <= pause, $"{Lines(site) - lines} log lines in {pause} s");
        await server.StartAsync();
        site.Ledger.Limit = site.Ledger.Handed;
        var back = Stopwatch.StartNew();
        await site.FedAsync(site.Ledger.Handed, TimeSpan.FromSeconds(120));
        var drained = await site.DrainedAsync(TimeSpan.FromSeconds(120));
        run.Expect(drained is not null, "drained");
        run.ExpectTime(back.Elapsed.TotalSeconds <= 60, $"{back.Elapsed.TotalSeconds:0.0} s after the sink was back");
        Verdict.ExpectAllThere(run, site.Ledger, arrivals);
        run.Note($"duplicates {arrivals.Duplicates}");
        Verdict.ExpectAccounted(run, await site.RoutesAsync());
        run.Expect(site.Host.Count("state=OK") > 0, "process lives, disk said to be well again");
        await site.StopAsync();
    }

    private static int Lines(NumberedSite site) => site.Host.Count("");

    private static bool Restart(Stopwatch watch)
    {
        watch.Restart();
        return true;
    }
}
