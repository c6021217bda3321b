using System.Diagnostics;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Benchmarks;

/// <summary>100 simulated devices at 100 ms: how late scans begin, and what share of the processors that takes.</summary>
internal static class SchedulingBenchmark
{
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(20);

    public static async Task RunAsync()
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        var plugin = (IDriverPlugin)new SimulatorPlugin();
        var runners = new List<DeviceRunner>();
        for (var i = 0; i < 100; i++)
        {
            var model = Bench.Device($"sim{i}", TimeSpan.FromMilliseconds(100), Enumerable.Range(0, 10).Select(t => ($"t{t}", "sine min=0 max=100 period=10s")));
            var runner = new DeviceRunner(model, 1, 64, TimeProvider.System, log);
            runner.Start(() => plugin.Open(Activator.CreateInstance(plugin.OptionsType)!, Bench.Context(model.Name)));
            runners.Add(runner);
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        var scans = runners.Sum(r => r.Status.Scans);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.Delay(s_span);
        var load = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / (watch.Elapsed * Environment.ProcessorCount);
        scans = runners.Sum(r => r.Status.Scans) - scans;
        var lateness = new Lateness();
        foreach (var runner in runners) lateness.Merge(runner.Status.Lateness);
        var due = (long)(watch.Elapsed / TimeSpan.FromMilliseconds(100)) * 100;
        Measure.Print("scheduling: p99 lateness of 100 devices", $"{lateness.Percentile(0.99).TotalMilliseconds:0.0} ms", lateness.Percentile(0.99) < TimeSpan.FromMilliseconds(10), "< 10 ms");
        Measure.Print("scheduling: share of the processors", $"{load:P1}", load < 0.25, "< 25 %");
        Measure.Print("scheduling: scans done / scans due", $"{(double)scans / due:0.000} ({runners.Sum(r => r.Status.Skipped)} skipped)", scans >= due * 0.99, ">= 0.99");
        await Task.WhenAll(runners.Select(r => r.StopAsync("done", TimeSpan.FromSeconds(1))));
    }
}
