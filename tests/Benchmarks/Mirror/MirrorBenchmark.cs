using System.Diagnostics;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Logging;
using PlantRuntime.Plugins.S7;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Benchmarks.Mirror;

/// <summary>
/// 14 bytes every 100 ms from one of snap7's servers to another, while seven tags of the source are scanned at the same rate: how old the
/// bytes are when the target has them.
/// </summary>
internal static class MirrorBenchmark
{
    private const int Copies = 300;
    private const double GoalMilliseconds = 20;
    private static readonly (string Name, string Address)[] s_tags =
        [("on", "DB500.DBX0.0"), ("good", "DB500.DBX0.1"), ("bad", "DB500.DBX0.2"), ("amps", "DB500.DBD2:REAL"), ("mms", "DB500.DBD6:REAL"),
            ("n", "DB500.DBW10:INT"), ("m", "DB500.DBW12:INT")];

    public static async Task RunAsync()
    {
        if (!File.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-snap7", "build", "Release", "node_snap7.node")))
        {
            Console.WriteLine("mirror: skipped: run npm ci in tests/peers");
            return;
        }

        await using var press = await ServeAsync();
        await using var lab = await ServeAsync();
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error);
        var source = new DeviceSupervisor(BenchmarkFixture.Device("press", TimeSpan.FromMilliseconds(100), s_tags), 1, 64,
            TimeProvider.System, log);
        var target = new DeviceSupervisor(BenchmarkFixture.Device("lab", TimeSpan.FromSeconds(1), []), 1, 64, TimeProvider.System, log);
        source.Start(() => new S7Driver(new S7Options { Host = "127.0.0.1", Port = press.Port }));
        target.Start(() => new S7Driver(new S7Options { Host = "127.0.0.1", Port = lab.Port }));
        while (source.Status.Scans == 0 || target.Status.Connects == 0) await Task.Delay(10);

        await AgesAsync(source, target, log);
        await AllocationAsync(source, target, log);
        await Task.WhenAll(source.StopAsync("done", TimeSpan.FromSeconds(3)), target.StopAsync("done", TimeSpan.FromSeconds(3)));
    }

    private static async Task AgesAsync(DeviceSupervisor source, DeviceSupervisor target, PlantLog log)
    {
        var runner = Start(source, target, log, TimeSpan.FromMilliseconds(100));
        var ages = new List<double>();
        for (var seen = 0L; ages.Count < Copies; await Task.Delay(20))
        {
            if (runner.Status.Copies == seen) continue;
            seen = runner.Status.Copies;
            ages.Add(runner.Status.Age.TotalMilliseconds);
        }

        await EndAsync(runner);
        ages.Sort();
        var (half, most) = (ages[ages.Count / 2], ages[(int)(ages.Count * 0.99)]);
        Measure.Print("mirror: age of 14 bytes every 100 ms", $"p50 {half:F2} ms, p99 {most:F2} ms", most < GoalMilliseconds,
            $"p99 < {GoalMilliseconds} ms");
        Measure.Print("mirror: beats", $"{runner.Status.Copies} copies, {runner.Status.Skips} skips", runner.Status.Skips == 0, "0 skips");
    }

    private static async Task AllocationAsync(DeviceSupervisor source, DeviceSupervisor target, PlantLog log)
    {
        var runner = Start(source, target, log, TimeSpan.FromMilliseconds(5));
        await Task.Delay(1000);
        var (before, copies, watch) = (GC.GetTotalAllocatedBytes(precise: true), runner.Status.Copies, Stopwatch.StartNew());
        await Task.Delay(3000);
        var (bytes, more) = (GC.GetTotalAllocatedBytes(precise: true) - before, runner.Status.Copies - copies);
        await EndAsync(runner);
        Console.WriteLine(
            $"mirror: {bytes / Math.Max(1, more)} bytes allocated a copy, scans of the source included, {more / watch.Elapsed.TotalSeconds:F0} copies/s");
    }

    private static MirrorRunner Start(DeviceSupervisor source, DeviceSupervisor target, PlantLog log, TimeSpan every)
    {
        var mirror = new PlantRuntime.Recipes.Blocks.Mirror("press", "DB500", "lab", "DB500", 14, every, TimeSpan.FromMilliseconds(100),
            ChangedOnly: false, Watchdog: 14);
        var runner = new MirrorRunner(mirror, source, target, TimeProvider.System, log);
        runner.Start(Task.CompletedTask);
        return runner;
    }

    private static Task EndAsync(MirrorRunner runner)
    {
        runner.Stop();
        return runner.Ended;
    }

    private static Task<PeerProcess> ServeAsync() => PeerProcess.StartAsync("node", "snap7_server.js",
        JsonSerializer.Serialize(new[] { new { area = "DB", block = 500, at = 0, type = "SIZE", value = "16" } }));
}
