using System.Diagnostics;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Plugins.Simulator;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Benchmarks;

/// <summary>Runs 100 simulated devices at 100 ms: lateness of the scans and share of the processors.</summary>
internal static class SchedulingBenchmark
{
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(20);

    public static async Task RunAsync()
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        var plugin = (IDriverPlugin)new SimulatorPlugin();
        var runners = new List<DeviceSupervisor>();
        for (var i = 0; i < 100; i++)
        {
            var model = BenchmarkFixture.Device($"sim{i}", TimeSpan.FromMilliseconds(100), Enumerable.Range(0, 10)
                .Select(t => ($"t{t}", "sine min=0 max=100 period=10s")));
            var runner = new DeviceSupervisor(model, 1, 64, TimeProvider.System, log);
            runner.Start(() => plugin.Open(Activator.CreateInstance(plugin.OptionsType)!, BenchmarkFixture.Context(model.Name)));
            runners.Add(runner);
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        var scans = runners.Sum(r => r.Status.Scans);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.Delay(s_span);
        var load = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / (watch.Elapsed * Environment.ProcessorCount);
        scans = runners.Sum(r => r.Status.Scans) - scans;
        var late = runners.Select(r => r.Status.Lateness.Percentile(0.99)).Order().ElementAt(94);
        var due = (long)(watch.Elapsed / TimeSpan.FromMilliseconds(100)) * 100;
        Measure.Print("scheduling: p99 lateness of a device, at 95 of 100 devices", $"{late.TotalMilliseconds:0.0} ms",
            late < TimeSpan.FromMilliseconds(10), "< 10 ms");
        Measure.Print("scheduling: share of the processors", $"{load:P1}", load < 0.25, "< 25 %");
        Measure.Print("scheduling: scans done / scans due", $"{(double)scans / due:0.000} ({runners.Sum(r => r.Status.Skipped)} skipped)",
            scans >= due * 0.99, ">= 0.99");
        await Task.WhenAll(runners.Select(r => r.StopAsync("done", TimeSpan.FromSeconds(1))));
    }
}
