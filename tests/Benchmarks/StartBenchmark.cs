using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Benchmarks;

/// <summary>
/// `plant run` of a site with 50 recipes, all different: from the start of the process until each one runs, compiled first and then from
/// the cache.
/// </summary>
internal static class StartBenchmark
{
    private const int Recipes = 50;

    public static async Task RunAsync()
    {
        using var site = new SiteFolder();
        for (var i = 1; i <= Recipes; i++)
        {
            site.Write($"recipes/r{i}.csx", string.Create(CultureInfo.InvariantCulture, $$"""
                Plant.line.Scans
                    .Where(s => s["bottles"].Int % {{i}} == 0)
                    .Deadband("speed", {{i / 100.0}})
                    .Payload(s => new { n = {{i}}, time = s.Time, values = s.Values })
                    .To(Sinks.lines);
                """));
        }

        var compiled = await StartAsync(site.Path);
        var cached = new List<(double Wall, double Processor)>();
        for (var i = 0; i < 5; i++) cached.Add(await StartAsync(site.Path));
        Measure.Print("start: 50 recipes, compiled", $"{compiled.Wall:0.0} s", true, "none");
        var (wall, processor) = (Measure.Median(cached.Select(c => c.Wall)), Measure.Median(cached.Select(c => c.Processor)));
        Measure.Print("start: 50 recipes, from the cache", $"{wall:0.00} s, {processor:0.00} s of processor", wall < 2, "< 2 s");
    }

    private static async Task<(double Wall, double Processor)> StartAsync(string site)
    {
        var watch = Stopwatch.StartNew();
        using var plant =
            Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(PlantProcess.Folder, "plant.dll"), "run", site, "--plain"])
                { RedirectStandardOutput = true })!;
        for (var running = 0; running < Recipes;)
        {
            var line = await plant.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException("plant ended before all recipes ran");
            if (line.Contains("state=Running version=1", StringComparison.Ordinal)) running++;
        }

        var taken = (watch.Elapsed.TotalSeconds, plant.TotalProcessorTime.TotalSeconds);
        plant.Kill(entireProcessTree: true);
        await plant.WaitForExitAsync();
        return taken;
    }
}
