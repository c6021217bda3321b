using System.Diagnostics;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Benchmarks.Modbus;

/// <summary>
/// Scans of 1,000 registers against bare round trips with the same bytes to the same server, which is a process of its own. Both are
/// measured in turns, so that other load affects both alike; the median of the ratios counts.
/// </summary>
internal static class ModbusBenchmark
{
    private const int Registers = 1000;
    private const int PerRequest = 125;
    private const int ReplyHead = 9;
    private const int WarmUp = 150;
    private const int Rounds = 101;
    private const int ScansPerRound = 100;
    private const double Goal = 1.15;

    public static async Task Run()
    {
        await using var server = await PeerProcess.StartAsync("python3", "registers_server.py", "");
        foreach (var pipeline in (int[])[1, 4, 8]) await CompareAsync(server.Port, pipeline);
    }

    private static async Task CompareAsync(int port, int pipeline)
    {
        var options = new ModbusOptions { Host = "127.0.0.1", Port = port, Pipeline = pipeline };
        await using var driver = new ModbusDriver(options, new CapturingPluginLog());
        var tags = Enumerable.Range(0, Registers).Select(n => new TagDefinition($"t{n}", $"holding:{n}")).ToArray();
        var reader = (ModbusReader)driver.Prepare(tags);
        var buffer = new ScanBuffer([.. tags.Select((tag, n) => new Tag(n, tag.Name, "device"))]);
        await driver.ConnectAsync(CancellationToken.None);
        using var limit = new CancellationTokenSource();

        var requests = reader.Plan.Blocks.Length;
        var firsts = Enumerable.Range(0, (requests + pipeline - 1) / pipeline).Select(burst => burst * pipeline).ToArray();
        var counts = firsts.Select(first => Math.Min(pipeline, requests - first)).ToArray();
        using var bare = new BareRoundTrips(
            port,
            [.. firsts.Zip(counts, (first, count) => reader.Plan.Frames(first, count).ToArray().AsMemory())],
            [.. counts.Select(count => count * (ReplyHead + (2 * PerRequest)))]);

        var (scans, trips, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var trip = await TimeAsync(bare.RunAsync);
            var scan = await TimeAsync(async () =>
            {
                buffer.Reset(DateTime.UnixEpoch);
                await reader.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
            });
            if (round < 0) continue;
            trips.Add(trip);
            scans.Add(scan);
            ratios.Add(scan / trip);
        }

        var good = buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);
        Console.WriteLine(
            $"modbus: {good} of {Registers} registers in {requests} requests a scan, {pipeline} in flight: scan {Median(scans):F1} us, " +
            $"bare round trips {Median(trips):F1} us, ratio {Median(ratios):F3} (goal <= {Goal})");
    }

    /// <summary>Microseconds a run.</summary>
    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < ScansPerRound; i++) await run().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / ScansPerRound;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
