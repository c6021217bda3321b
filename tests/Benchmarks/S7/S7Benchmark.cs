using System.Diagnostics;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7;
using PlantRuntime.Plugins.S7.Blocks;

namespace PlantRuntime.Benchmarks.S7;

/// <summary>
/// Scans against bare round trips with the same bytes to the same server, snap7's in a process of its own, and against nodes7. All are
/// measured in turns, so that other load affects both alike; the median of the ratios counts.
/// </summary>
internal static class S7Benchmark
{
    private const int WarmUp = 20;
    private const int Rounds = 101;
    private const int Seed = 20261121;
    private const double Goal = 1.15;
    private const double GoalAgainstNodes7 = 3;

    public static async Task Run()
    {
        if (!File.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-snap7", "build", "Release", "node_snap7.node")))
        {
            Console.WriteLine("s7: skipped: run npm ci in tests/peers");
            return;
        }

        object[] served =
        [
            new { area = "DB", block = 9, at = 0, type = "SIZE", value = $"{TagLayout.Bytes}" },
            new { area = "DB", block = 9, at = 31936, type = "INT", value = "-5" },
        ];
        await using var server = await PeerProcess.StartAsync("node", "snap7_server.js", JsonSerializer.Serialize(served));
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = server.Port });
        await driver.ConnectAsync(CancellationToken.None);
        using var bare = new BareClient(server.Port, driver.Loop.Session.Setup);
        var setup = driver.Loop.Session.Setup;
        Console.WriteLine($"s7: snap7's server grants PDUs of {setup.PduSize} bytes and {setup.Jobs} jobs at once");

        foreach (var bytes in (int[])[14, 8192]) await CompareBlockAsync(driver, bare, bytes);
        TagLayout[] many = [TagLayout.AtRandom(500, Seed), TagLayout.FarApart(500)];
        foreach (var layout in (TagLayout[])[TagLayout.FarApart(20), .. many]) await CompareTagsAsync(driver, bare, layout);
        foreach (var layout in many) await CompareNodes7Async(driver, server.Port, layout);
    }

    private static Task CompareBlockAsync(S7Driver driver, BareClient bare, int bytes)
    {
        var (block, image) = (driver.PrepareBlock("DB9", bytes), new byte[bytes]);
        var reading = new BlockReading(driver.Loop, S7BlockParser.Parse("DB9", bytes));
        reading.Begin(image);
        var batch = BareRequests.Of(reading);
        // A block that does not fit one answer is read twice.
        var readings = batch.Count == 1 ? 1 : 2;
        return CompareAsync($"s7: block of {bytes} bytes", readings * batch.Count, token => block.ReadAsync(image, token), async () =>
        {
            for (var i = 0; i < readings; i++) await bare.RunAsync(batch).ConfigureAwait(false);
        });
    }

    private static async Task CompareTagsAsync(S7Driver driver, BareClient bare, TagLayout layout)
    {
        var scan = new TagScan(driver, layout);
        var batch = BareRequests.Of(scan.Requests);
        await CompareAsync($"s7: {layout.Name}", batch.Count, scan.ReadAsync, () => bare.RunAsync(batch));
        if (scan.Good != layout.Tags.Count) Console.WriteLine($"s7: only {scan.Good} of {layout.Tags.Count} tags are good");
    }

    private static async Task CompareAsync(string what, int requests, Func<CancellationToken, ValueTask> read, Func<Task> bare)
    {
        using var limit = new CancellationTokenSource();
        var perRound = Math.Max(20, 400 / requests);
        var (scans, trips, ratios, allocated) = (new List<double>(), new List<double>(), new List<double>(), long.MaxValue);
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var trip = await TimeAsync(bare, perRound);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < perRound; i++) await read(limit.Token).ConfigureAwait(false);
            var scan = Stopwatch.GetElapsedTime(start).TotalMicroseconds / perRound;
            // A scan's own allocations appear in every round; those of the thread pool appear in some.
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
            if (round < 0) continue;
            trips.Add(trip);
            scans.Add(scan);
            ratios.Add(scan / trip);
        }

        var ratio = Measure.Median(ratios);
        Measure.Print(what, $"{Measure.Median(scans):F1} us, bare {Measure.Median(trips):F1} us: {ratio:F3}", ratio <= Goal, $"<= {Goal}");
        Measure.Print($"{what}, {requests} PDUs", $"{allocated / perRound} bytes a scan", allocated == 0, "0 bytes");
    }

    private static async Task CompareNodes7Async(S7Driver driver, int port, TagLayout layout)
    {
        if (!Nodes7Client.IsInstalled)
        {
            Console.WriteLine("s7: no nodes7: run npm ci in tests/peers");
            return;
        }

        const int Scans = 20;
        var scan = new TagScan(driver, layout);
        using var limit = new CancellationTokenSource();
        using var other = await Nodes7Client.StartAsync(port, layout);
        var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -WarmUp; round < Rounds / 2; round++)
        {
            var their = await other.TimeAsync(Scans) * 1e6 / Scans;
            var our = await TimeAsync(async () => await scan.ReadAsync(limit.Token).ConfigureAwait(false), Scans);
            if (round < 0) continue;
            (ours, theirs) = ([.. ours, our], [.. theirs, their]);
            ratios.Add(their / our);
        }

        var (rate, theirRate, ratio) =
            (layout.Tags.Count / Measure.Median(ours), layout.Tags.Count / Measure.Median(theirs), Measure.Median(ratios));
        Measure.Print($"s7: {layout.Name} against nodes7", $"{rate * 1e3:F0}k tags/s, nodes7 {theirRate * 1e3:F0}k: {ratio:F1} x",
            ratio >= GoalAgainstNodes7, $">= {GoalAgainstNodes7} x");
    }

    /// <summary>Microseconds a run.</summary>
    private static async Task<double> TimeAsync(Func<Task> run, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) await run().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
    }
}
