using System.Diagnostics;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp;
using PlantRuntime.Plugins.EtherNetIp.Requests;

namespace PlantRuntime.Benchmarks.EtherNetIp;

/// <summary>
/// Scans against bare round trips with the same bytes to the same controller, the tests' own in a process of its own, and against
/// st-ethernet-ip. All are measured in turns, so that the load of the machine affects them alike; the median of the ratios counts.
/// </summary>
internal static class EtherNetIpBenchmark
{
    private const int WarmUp = 20;
    private const int Rounds = 101;
    private const int Tags = 1000;
    private const double Goal = 1.15;
    private const double GoalAgainstSt = 5;

    public static async Task Run()
    {
        string[] types = ["DINT", "REAL", "INT"];
        var tags = Enumerable.Range(0, Tags).Select(n => (object)new { name = NameOf(n), type = types[n % types.Length] })
            .Append(new { name = "Levels", type = "DINT", dims = new[] { 1000 } });
        await using var server = await PeerProcess.StartAsync(
            "node", "cip_server.js", JsonSerializer.Serialize(new { controller = "compactlogix", tags }));
        var context = new PluginContext("plc", "benchmark", ".", TimeProvider.System, new Conformance.CapturingPluginLog());
        await using var driver = new EtherNetIpDriver(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port }, context);
        await driver.ConnectAsync(CancellationToken.None);
        var size = driver.Loop.Session.Transport.Size;
        Console.WriteLine($"eip: the controller grants a connection of {size} bytes");
        using var bare = new BareClient(server.Port, size, driver.Limits.InFlight);

        await CompareAsync("eip: 1 tag", driver, bare, Scattered(1));
        await CompareAsync("eip: 100 scattered tags", driver, bare, Scattered(100));
        await CompareAsync("eip: 1000 scattered tags", driver, bare, Scattered(1000));
        await CompareAsync("eip: DINT[1000]", driver, bare, ["Levels[0..999]"]);
        await CompareStAsync(driver, server.Port, Scattered(100));
    }

    private static string NameOf(int n) => $"Line_{n * 7919 % Tags:000}_Value";

    private static string[] Scattered(int count) => [.. Enumerable.Range(0, count).Select(n => NameOf(n * (Tags / count)))];

    private static async Task CompareAsync(string what, EtherNetIpDriver driver, BareClient bare, string[] addresses)
    {
        var (reader, buffer) = Prepare(driver, addresses);
        using var limit = new CancellationTokenSource();
        await ReadAsync(reader, buffer, limit.Token);
        if (buffer.Samples.ToArray().Any(sample => sample.Quality != Quality.Good)) Console.WriteLine($"{what}: not all tags are good");
        var requests = reader.Plan!.Steady!;
        var perRound = Math.Max(10, 100 / requests.Count);
        var (scans, trips, ratios, allocated) = (new List<double>(), new List<double>(), new List<double>(), long.MaxValue);
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var trip = await TimeAsync(() => bare.RunAsync(requests), perRound);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < perRound; i++) await ReadAsync(reader, buffer, limit.Token).ConfigureAwait(false);
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
        Measure.Print($"{what}, allocation", $"{allocated / perRound} bytes a scan", allocated == 0, "0 bytes");
        var least = LeastRequests(requests, driver);
        Measure.Print($"{what}, requests", $"{requests.Count}", requests.Count == least, $"{least}, the least that the sums allow");
    }

    // Requests that fill packets; those that take all of a message count as they are.
    private static int LeastRequests(PackedRequests requests, EtherNetIpDriver driver)
    {
        var items = Enumerable.Range(0, requests.Count).SelectMany(n => requests.Items(n).ToArray()).ToList();
        var transport = driver.Loop.Session.Transport;
        var sizes = items.Where(item => !item.IsAlone)
            .Select(item => new PackedSize(item.Request.Length + 2, item.ReplyBytes + 2)).ToList();
        return items.Count(item => item.IsAlone)
            + ServicePacking.Bound(sizes, new PackedSize(transport.RequestRoom - 8, transport.ReplyRoom - 6));
    }

    private static async Task CompareStAsync(EtherNetIpDriver driver, int port, string[] addresses)
    {
        if (!StClient.IsInstalled)
        {
            Console.WriteLine("eip: no st-ethernet-ip: run npm ci in tests/peers");
            return;
        }

        const int Scans = 10;
        var (reader, buffer) = Prepare(driver, addresses);
        using var limit = new CancellationTokenSource();
        using var other = await StClient.StartAsync(port, addresses);
        var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -WarmUp; round < Rounds / 2; round++)
        {
            var their = await other.TimeAsync(Scans) * 1e6 / Scans;
            var our = await TimeAsync(async () => await ReadAsync(reader, buffer, limit.Token).ConfigureAwait(false), Scans);
            if (round < 0) continue;
            (ours, theirs) = ([.. ours, our], [.. theirs, their]);
            ratios.Add(their / our);
        }

        var (rate, theirRate, ratio) = (addresses.Length / Measure.Median(ours), addresses.Length / Measure.Median(theirs),
            Measure.Median(ratios));
        Measure.Print("eip: 100 scattered tags against st-ethernet-ip",
            $"{rate * 1e3:F0}k tags/s, st-ethernet-ip {theirRate * 1e3:F0}k: {ratio:F1} x",
            ratio >= GoalAgainstSt, $">= {GoalAgainstSt} x");
    }

    private static (EtherNetIpReader Reader, ScanBuffer Buffer) Prepare(EtherNetIpDriver driver, string[] addresses)
    {
        var definitions = addresses.Select((address, n) => new TagDefinition($"t{n}", address)).ToArray();
        return ((EtherNetIpReader)driver.Prepare(definitions),
            new ScanBuffer([.. definitions.Select((tag, n) => new Tag(n, tag.Name, "plc"))]));
    }

    private static ValueTask ReadAsync(EtherNetIpReader reader, ScanBuffer buffer, CancellationToken cancel)
    {
        buffer.Reset(DateTime.UnixEpoch);
        return reader.ReadAsync(buffer, cancel);
    }

    /// <summary>Microseconds a run.</summary>
    private static async Task<double> TimeAsync(Func<Task> run, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) await run().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
    }
}
