using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Net.Sockets;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Benchmarks;

/// <summary>
/// <c>/api/tags</c> of a running host with 10,000 tags, <c>/metrics</c> with 10,000 series, and the memory of the demo with and without
/// <c>[web]</c>. Requests come through the site's socket; the first of each kind is not counted.
/// </summary>
internal static class WebBenchmark
{
    private const int Requests = 21;
    private const string Web = "[web]\nlisten = \"127.0.0.1:0\"\nmetrics_tags = [\"*.*\"]";

    public static async Task RunAsync()
    {
        using (var site = new SiteFolder(Toml(10_000, Web)))
        {
            site.Write("recipes/all.csx", "Plant.line.Scans.Where(s => false).To(Sinks.lines);");
            await using var plant = PlantProcess.Start("run", site.Path, "--plain");
            await plant.WhenAsync("OK .*device=line");
            await MeasureAsync(site.Path, "/api/tags", "web: /api/tags, 10,000 tags", 50);
        }

        using (var site = new SiteFolder(Toml(5_000, Web)))
        {
            site.Write("recipes/all.csx", "Plant.line.Scans.Where(s => false).To(Sinks.lines);");
            await using var plant = PlantProcess.Start("run", site.Path, "--plain");
            await plant.WhenAsync("OK .*device=line");
            await MeasureAsync(site.Path, "/metrics", "web: /metrics, 10,000 series of tags", 100);
        }

        await MeasureDemoAsync("without [web]", "");
        await MeasureDemoAsync("with [web]", "\n[web]\nlisten = \"127.0.0.1:0\"\nanonymous = \"viewer\"\n");
    }

    private static async Task MeasureAsync(string folder, string path, string subject, double goal)
    {
        using var client = Client(folder);
        var times = new List<double>();
        var bytes = 0;
        for (var i = 0; i <= Requests; i++)
        {
            var watch = Stopwatch.StartNew();
            bytes = (await client.GetByteArrayAsync(path)).Length;
            if (i > 0) times.Add(watch.Elapsed.TotalMilliseconds);
        }

        var median = Measure.Median(times);
        Measure.Print(subject, $"{median:0.0} ms, at most {times.Max():0.0} ms, {bytes / 1000} kB", median < goal, $"< {goal} ms");
    }

    /// <summary>Runs the demo for a minute; with <c>[web]</c> a page and Prometheus ask now and then.</summary>
    private static async Task MeasureDemoAsync(string subject, string web)
    {
        var demo = await File.ReadAllTextAsync(Path.Combine(RepoFolder.Root, "sites", "demo", "site.toml"));
        using var site = new SiteFolder(Regex.Replace(demo, @"(?m)^\[web\]\n(.+\n)+", "") + web);
        foreach (var recipe in Directory.GetFiles(Path.Combine(RepoFolder.Root, "sites", "demo", "recipes")))
            site.Write($"recipes/{Path.GetFileName(recipe)}", await File.ReadAllTextAsync(recipe));
        await using var plant = PlantProcess.Start("run", site.Path, "--plain");
        await plant.WhenAsync("OK .*device=line");
        using var client = Client(site.Path);
        for (var second = 0; second < 60; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            if (web.Length == 0) continue;
            await client.GetByteArrayAsync("/api/tags");
            if (second % 15 == 0) await client.GetByteArrayAsync("/metrics");
        }

        var (resident, anonymous) = Measure.Memory(plant.Id);
        Measure.Print($"web: memory of the demo, {subject}", $"{resident:0} MB resident, {anonymous:0} MB anonymous",
            resident < 100 && anonymous < 55, "< 100 and < 55 MB");
    }

    /// <summary>A client of the site's socket.</summary>
    internal static HttpClient Client(string folder) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = SiteSocket.Create();
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SiteSocket.PathOf(folder)), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = new Uri("http://site") };

    /// <summary>A site with so many tags that change with each scan.</summary>
    internal static string Toml(int tags, string web) => $$"""
        [site]
        name = "web"
        {{web}}
        [devices.line]
        driver = "simulator"
        poll = "1s"
          [devices.line.tags]
        {{string.Join('\n', Enumerable.Range(0, tags).Select(i => string.Create(CultureInfo.InvariantCulture, $"  t{i} = {{ address = \"walk min=0 max=100 step=1\", unit = \"m\" }}")))}}
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;
}
