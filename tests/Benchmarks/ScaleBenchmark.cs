using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Benchmarks;

/// <summary>
/// How a host grows with the number of tags, devices and recipes: for each size the first start, processor time of a start from the cache,
/// memory, and processor time at one scan a second. No figure may grow faster than the number. Takes about 15 minutes; for a quiet machine.
/// </summary>
internal static class ScaleBenchmark
{
    private const int Seconds = 20;

    // A figure of some hundredths of a second varies by more than the growth that counts.
    private const double Tolerance = 1.1;
    private static readonly string[] s_heads = ["first start s", "cached start CPU s", "resident MB", "anonymous MB", "% of a core"];

    public static async Task RunAsync()
    {
        await TableAsync("tags of one device", [100, 1_000, 10_000, 50_000], n => Site(devices: 1, tags: n, recipes: 1));
        await TableAsync("devices of 10 tags", [1, 10, 100, 500], n => Site(devices: n, tags: 10, recipes: 1));
        await TableAsync("recipes on 100 tags", [1, 10, 50, 200], n => Site(devices: 1, tags: 100, recipes: n));
    }

    private static async Task TableAsync(string what, int[] sizes, Func<int, SiteFolder> create)
    {
        Console.WriteLine($"{what,-22}{string.Concat(s_heads.Select(head => $"{head,20}"))}");
        double[]? last = null;
        var (faster, lastSize) = (new List<string>(), 0);
        foreach (var size in sizes)
        {
            using var site = create(size);
            var figures = await MeasureAsync(site);
            var cells = figures.Select(f => f.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(20));
            Console.WriteLine($"{size,-22}{string.Concat(cells)}");
            for (var i = 0; last is not null && i < figures.Length; i++)
            {
                if (figures[i] > last[i] * size / lastSize * Tolerance) faster.Add($"{s_heads[i]} from {lastSize} to {size}");
            }

            (last, lastSize) = (figures, size);
        }

        var found = faster.Count == 0 ? "nothing" : string.Join(", ", faster);
        Measure.Print($"scale: {what}", $"faster than linear: {found}", faster.Count == 0, "at most linear");
    }

    private static async Task<double[]> MeasureAsync(SiteFolder site)
    {
        var first = await StartAsync(site);
        await first.Plant.DisposeAsync();
        await using var plant = (await StartAsync(site)).Plant;
        var start = ProcessFigures.ProcessorSeconds(plant.Id);
        await Task.Delay(TimeSpan.FromSeconds(Seconds));
        var (cpu, watch) = (ProcessFigures.ProcessorSeconds(plant.Id), Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(Seconds));
        var share = (ProcessFigures.ProcessorSeconds(plant.Id) - cpu) / watch.Elapsed.TotalSeconds;
        var (resident, anonymous) = Measure.Memory(plant.Id);
        return [first.Seconds, start, resident, anonymous, 100 * share];
    }

    // Each recipe runs and each device was read.
    private static async Task<(PlantProcess Plant, double Seconds)> StartAsync(SiteFolder site)
    {
        var watch = Stopwatch.StartNew();
        var plant = PlantProcess.Start("run", site.Path, "--plain");
        await plant.WhenAsync("name=recipes/.* state=Running", Directory.GetFiles(site.At("recipes")).Length);
        await plant.WhenAsync("OK .*device=", Directory.GetFiles(site.At("tags")).Length);
        return (plant, watch.Elapsed.TotalSeconds);
    }

    private static SiteFolder Site(int devices, int tags, int recipes)
    {
        var site = new SiteFolder($$"""
            [site]
            name = "scale"
            {{string.Concat(Enumerable.Range(1, devices).Select(n => $"""

            [devices.d{n}]
            driver = "simulator"
            poll = "1s"
            tags = "tags/d{n}.csv"

            """))}}
            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        var table = "name,address\n" + string.Concat(Enumerable.Range(1, tags).Select(n => $"t{n},walk min=0 max=100 step=1\n"));
        Directory.CreateDirectory(site.At("tags"));
        for (var n = 1; n <= devices; n++) site.Write($"tags/d{n}.csv", table);
        for (var n = 1; n <= recipes; n++)
        {
            site.Write($"recipes/r{n}.csx", string.Create(CultureInfo.InvariantCulture, $$"""
                Plant.d1.Scans
                    .Where(s => s["t{{1 + (n % 10)}}"].Number > {{n}})
                    .Payload(s => new { n = {{n}}, time = s.Time, first = s["t1"].Number })
                    .To(Sinks.lines);
                """));
        }

        return site;
    }
}
