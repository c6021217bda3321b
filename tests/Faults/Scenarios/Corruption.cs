using System.Diagnostics;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Disk;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Damages the queue of a killed host in many ways; the host must start with each.</summary>
internal sealed class Corruption() : FaultScenario("5", "100 seeded damages to the queue's files",
    "starts ≤ 10 s 100/100; moved aside; corrupt 0; ≥ 99 % after one flipped bit")
{
    private const int Samples = 60_000;

    public override async Task RunAsync(FaultRun run)
    {
        var port = ClosedPort.Find();
        await using var site = new NumberedSite($"""
            [sinks.web]
            sink = "http"
            url  = "http://127.0.0.1:{port}/records"
            """, padding: 300);
        site.Ledger.Limit = Samples;
        site.Start();
        await site.FedAsync(Samples, TimeSpan.FromSeconds(120));
        await site.KillAsync();
        Directory.Move(site.Folder.At("data"), site.Folder.At("master"));

        var damages = run.Pick(100, 12);
        var (started, kept, slowest, leastAfterBit, leastAtAll, corrupt) = (0, 0, 0.0, 1.0, 1.0, 0L);
        for (var i = 0; i < damages; i++)
        {
            var kind = i % 3 == 0 ? Damage.Kinds[0] : Damage.Kinds[run.Random.Next(Damage.Kinds.Count)];
            var name = run.Random.Next(2) == 0 ? "queue.db" : "queue.db-wal";
            CopyMaster(site);
            using (var file = File.Open(site.Folder.At("data/" + name), FileMode.Open, FileAccess.ReadWrite)) kind.Do(file, run.Random);
            var (start, share, bad, isKept) = await RestartAsync(site, port);
            if (start is { } seconds) (started, slowest) = (started + (seconds <= 10 ? 1 : 0), Math.Max(slowest, seconds));
            if (isKept || (name == "queue.db-wal" && (kind.Name is "cut" or "empty")) || share > 0.99) kept++;
            else await Console.Error.WriteLineAsync($"damage {i}, {kind.Name} in {name}: not kept, {share:P1} salvaged");
            corrupt += bad;
            leastAtAll = Math.Min(leastAtAll, share);
            if (kind.Name == "bit") leastAfterBit = Math.Min(leastAfterBit, share);
            if (kind.Name == "bit" && share < 0.99) await Console.Error.WriteLineAsync($"damage {i}, bit in {name}: {share:P1} salvaged");
        }

        run.Expect(started == damages, $"starts {started}/{damages}, slowest {slowest:0.0} s");
        run.Expect(kept == damages, $"ruins kept {kept}/{damages}");
        run.Expect(corrupt == 0, $"corrupt or foreign {corrupt}");
        run.Expect(leastAfterBit >= 0.99, $"salvaged ≥ {leastAfterBit:P1} after one bit, ≥ {leastAtAll:P1} at all");
    }

    private static void CopyMaster(NumberedSite site)
    {
        var data = site.Folder.At("data");
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        foreach (var file in Directory.GetFiles(site.Folder.At("master"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(data, Path.GetRelativePath(site.Folder.At("master"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (!file.EndsWith(".sock", StringComparison.Ordinal)) File.Copy(file, copy);
        }
    }

    /// <returns>Seconds to start, or null; share of records that arrived; count of corrupt records; whether the damaged files are
    /// kept.</returns>
    private static async Task<(double? Start, double Share, long Bad, bool IsKept)> RestartAsync(NumberedSite site, int port)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals, port);
        await server.StartAsync();
        var watch = Stopwatch.StartNew();
        site.Start();
        var start = await Until.HoldsAsync(() => site.Host.Count("START sink=web") > 0, TimeSpan.FromSeconds(30));
        if (start is not null) await site.DrainedAsync(TimeSpan.FromSeconds(60));
        var isSaid = site.Host.Count("DAMAGED") > 0;
        var isKept = !isSaid
            || (Directory.Exists(site.Folder.At("data/damaged")) && Directory.GetFiles(site.Folder.At("data/damaged")).Length > 0);
        if (start is not null) await site.StopAsync();
        else await site.KillAsync();
        var foreign = arrivals.Highest > Samples ? 1 : 0;
        return (start?.TotalSeconds, arrivals.Distinct / (double)Samples, arrivals.Corrupt + foreign, isKept
            && (isSaid || arrivals.Distinct == Samples));
    }
}
