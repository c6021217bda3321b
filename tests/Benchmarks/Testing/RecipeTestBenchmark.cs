using PlantRuntime.Conformance.Host;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Testing.Running;
using PlantRuntime.Tools.TestRunner;

namespace PlantRuntime.Benchmarks.Testing;

/// <summary>
/// Runs a simulated day of 50 tags at one scan per second in a recipe test, as <c>plant test</c> does. The baseline pushes the same scans
/// in a loop into the same plan, whose records are discarded.
/// </summary>
internal static class RecipeTestBenchmark
{
    private const int Tags = 50;
    private const int Day = 24 * 60 * 60;
    private const string Recipe = """
        Plant.press.Scans.Deadband("*", 0.5).To(Sinks.changes);
        Plant.press.Scans.Window(1.Minutes).Mean("*").To(Sinks.means);
        Plant.press.Scans.Payload(scan => new { ts = scan.Time.ToUnixSeconds(), plc_id = scan.Device, values = scan.Values }).To(Sinks.broker);
        """;

    public static async Task RunAsync()
    {
        using var folder = new SiteFolder(SiteToml());
        folder.Write("recipes/press.csx", Recipe);
        Directory.CreateDirectory(folder.At("tests"));
        folder.Write("tests/day.test.csx", DayTest());
        var model = SiteFile.Load(folder.Path, _ => null).Model!;
        await using var site = new TestSite(model, folder.At("scripts"), TimeProvider.System);
        List<TestResult> results = [];
        List<double> ratios = [];
        for (var round = 0; round < 5; round++)
        {
            await new TestRun(site, TimeSpan.FromMinutes(1)).RunAsync(null, results.Add, default);
            if (results[^1].Failure is { } failure) throw new InvalidOperationException(failure);
            ratios.Add(results[^1].Time.TotalSeconds / Measure.WallSeconds(() => Bare(site)));
        }

        var seconds = Measure.Median(results.Select(r => r.Time.TotalSeconds));
        Measure.Print("recipe-test: a day, 50 tags a second", $"{seconds:0.00} s", seconds < 2, "< 2 s");
        Measure.Print("recipe-test: test / bare plan in a loop", $"{Measure.Median(ratios):0.00}", true, "-");
        Measure.Print("recipe-test: heap after five days", $"{GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:0} MB", true, "-");
    }

    private static void Bare(TestSite site)
    {
        var time = new VirtualTime();
        var bed = new SiteTestHost(site, time);
        var recipe = bed.Load("recipes/press.csx", null, exception => throw exception);
        foreach (var route in recipe.Plan.Routes) route.Output = new Nowhere();
        recipe.Plan.Start();
        var source = recipe.Plan.Sources["press"];
        var scan = new Scan(source.Schema);
        Sample[] samples = [.. source.Schema.Tags.Select(t => new Sample { Tag = t })];

        // The recipe's guard expects its calls on one thread, between Begin and End, as a test makes them.
        recipe.Guard.Begin();
        for (var second = 1; second <= Day; second++)
        {
            time.MoveTo(second * TimeSpan.TicksPerSecond);
            if (recipe.Plan.Due <= time.GetTimestamp()) recipe.Plan.Tick();
            for (var i = 0; i < samples.Length; i++) (samples[i].Value, samples[i].Time) = (Math.Sin((second * 0.01) + i), time.UtcNow);
            (scan.Schema, scan.Number, scan.Time, scan.Timestamp) = (source.Schema, second, time.UtcNow, time.GetTimestamp());
            scan.Fill(samples);
            source.Push(scan);
        }

        recipe.Guard.End();
        recipe.Unload();
    }

    private static string SiteToml() => $"""
        [site]
        name = "bench"

        [devices.press]
        driver = "simulator"
        poll   = "1s"

          [devices.press.tags]
        {string.Concat(Enumerable.Range(0, Tags).Select(i => $"  t{i} = \"const 0\"\n"))}
        [sinks.changes]
        sink = "jsonl"

        [sinks.means]
        sink = "jsonl"

        [sinks.broker]
        sink = "jsonl"
        """;

    private static string DayTest() => $$"""
        Test("a day", plant =>
        {
            plant.Run(24.Hours, t =>
            {
                var x = t.TotalSeconds * 0.01;
                plant.press.Set({{string.Join(", ", Enumerable.Range(0, Tags).Select(i => $"t{i}: Math.Sin(x + {i})"))}});
            });
            plant.Sinks.broker.ShouldHaveCount({{Day}});
            plant.Sinks.means.ShouldHaveCount(24 * 60);
        });
        """;

    private sealed class Nowhere : IRecordOutput
    {
        public bool IsBlocked => false;

        public void WhenStored(Action done) => done();

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
        }
    }
}
