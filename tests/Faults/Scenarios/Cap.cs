using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Feeds more records than the queue may hold, with the policies drop_oldest and block.</summary>
internal sealed class Cap() : FaultScenario("4", "64 MiB queue fed 10×, `drop_oldest` and `block`",
    "files ≤ 110 % of the cap at all times; drop count exact; `block` drops 0")
{
    private const int Padding = 4000;

    public override Task RunAsync(FaultRun run) => RunAsync(run, 64, run.Pick(10, 3));

    public static async Task RunAsync(FaultRun run, int mebibytes, int times)
    {
        await FeedAsync(run, mebibytes, times, "drop_oldest");
        await FeedAsync(run, mebibytes, times, "block");
    }

    private static async Task FeedAsync(FaultRun run, int mebibytes, int times, string whenFull)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await using var site = new NumberedSite($$"""
            [sinks.web]
            sink  = "http"
            url   = "{{server.Url}}"
            queue = { max_size = "{{mebibytes}}MB", when_full = "{{whenFull}}" }
            """, Padding);
        var (cap, total) = ((long)mebibytes << 20, times * (long)mebibytes * (1 << 20) / Padding);
        site.Ledger.Limit = total;
        site.Start();
        var most = 0L;
        bool Look(bool holds)
        {
            most = Math.Max(most, site.QueueBytes);
            return holds;
        }

        if (whenFull == "block") await StallAsync(site, Look);
        else await Until.MustHoldAsync(() => Look(site.Ledger.Handed >= total && site.Ledger.CommittedCount == total),
            TimeSpan.FromMinutes(10), "all fed");
        var waited = site.Ledger.CommittedCount;
        await server.StartAsync();
        await Until.MustHoldAsync(() => Look(site.Ledger.CommittedCount == total), TimeSpan.FromMinutes(10), "all committed");
        var drained = await Until.HoldsAsync(async () => Look((await site.RoutesAsync()) is [{ Waiting: 0 }]), TimeSpan.FromSeconds(180));
        var routes = await site.RoutesAsync();
        var dropped = routes.Sum(r => r.Dropped);

        run.Note($"{whenFull}: {total} records of {Padding} B, {waited} committed while the sink was down");
        run.Expect(drained is not null, "drained");
        run.Expect(most <= cap * 1.1, $"files ≤ {most * 100.0 / cap:0.0} %");
        var isExact = whenFull == "block" ? dropped == 0 && waited < total : dropped > 0;
        run.Expect(isExact && total - arrivals.Distinct == dropped, $"dropped {dropped}, missing {total - arrivals.Distinct}");
        Verdict.ExpectSound(run, site.Ledger, arrivals);
        Verdict.ExpectAccounted(run, routes);
        await site.StopAsync();
    }

    /// <summary>Waits until the device is blocked.</summary>
    private static async Task StallAsync(NumberedSite site, Func<bool, bool> look)
    {
        var (last, since) = (-1L, TimeProvider.System.GetTimestamp());
        await Until.MustHoldAsync(
            () =>
            {
                if (site.Ledger.Handed is var handed && handed != last) (last, since) = (handed, TimeProvider.System.GetTimestamp());
                return look(last > 1000 && TimeProvider.System.GetElapsedTime(since).TotalSeconds > 3);
            },
            TimeSpan.FromMinutes(5), "the device waits");
    }
}
