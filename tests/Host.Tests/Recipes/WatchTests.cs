using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Host.Recipes;

namespace PlantRuntime.Host.Tests.Recipes;

/// <summary>The version before is back when a new one fails. One folder for all, so that a recipe is compiled once.</summary>
public sealed class WatchTests : IClassFixture<TemporaryFolder>
{
    private const string Good = """Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { v = 1, speed = s["speed"].Number }).To(Sinks.lines);""";

    private readonly TemporaryFolder _folder;
    private readonly ManualTimeProvider _time = new();

    public WatchTests(TemporaryFolder folder)
    {
        _folder = folder;
        if (Directory.Exists(folder.Of("data", "state"))) Directory.Delete(folder.Of("data", "state"), recursive: true);
    }

    [Fact]
    public async Task An_exception_brings_the_version_before_back_with_what_was_learned()
    {
        await using var bench = await StartAsync(Good);
        await bench.TakeAsync("""
            Plant.line.Scans.Only("speed").Deadband("speed", 5)
                .Payload(s => new { v = 2, speed = s["speed"].Number > 50 ? throw new FormatException("too fast") : s["speed"].Number }).To(Sinks.lines);
            """);
        bench.Scan(20);
        Assert.Equal("""{"v":2,"speed":20}""", await bench.NextAsync());
        bench.Scan(60);
        await bench.Log.WhenAsync("BACK recipe=recipes/line.csx version=1 failed=2 FormatException: too fast last_scan=line:3");
        await bench.UntilAsync(() => bench.Entry.Problems.Count > 0);
        Assert.Equal("recipes/line.csx(2,", bench.Entry.Reason![..19]);
        Assert.Equal((1, RecipeState.Running), (bench.Entry.Version, bench.Entry.State));

        // 62 is within 5 of 60, which the other version has seen.
        bench.Scan(62);
        bench.Scan(70);
        Assert.Equal("""{"v":1,"speed":70}""", await bench.NextAsync());
        await bench.SettleAsync();
        Assert.Equal(1, bench.Entry.Version);
        await bench.TakeAsync(Good.Replace("v = 1", "v = 3"));
        bench.Scan(90);
        Assert.Equal("""{"v":3,"speed":90}""", await bench.NextAsync());
        Assert.Equal((3, 0), (bench.Entry.Version, bench.Entry.Problems.Count));
        ExpectGone(bench);
    }

    [Fact]
    public async Task A_version_that_runs_away_makes_room_for_the_one_before_and_loses_only_the_scan_it_died_of()
    {
        await using var bench = await StartAsync(Good);
        await bench.TakeAsync("""Plant.line.Scans.Where(s => { while (s["speed"].Number > 50) ; return true; }).To(Sinks.lines);""");
        bench.Scan(60);
        await bench.UntilAsync(() => bench.Entry.State == RecipeState.Running);
        await StopBusyAsync(bench, () =>
        {
            bench.Scan(70);
            bench.Scan(80);
        });
        await bench.Log.WhenAsync("STOPPED recipe=recipes/line.csx busy \"the version before comes back\"");
        await bench.Log.WhenAsync("BACK recipe=recipes/line.csx version=1 failed=2");
        Assert.Equal("""{"v":1,"speed":70}""", await bench.NextAsync());
        Assert.Equal("""{"v":1,"speed":80}""", await bench.NextAsync());
    }

    [Fact]
    public async Task A_version_that_hangs_is_woken_and_the_one_before_is_back()
    {
        await using var bench = await StartAsync(Good);
        await bench.TakeAsync("""
            var sleep = Type.GetType("System.Threading.Thread")!.GetMethod("Sleep", [typeof(int)])!;
            Plant.line.Scans.Where(s => { if (s["speed"].Number > 50) sleep.Invoke(null, [-1]); return true; }).To(Sinks.lines);
            """);
        bench.Scan(60);
        await StopBusyAsync(bench, () => bench.Scan(70));
        Assert.Equal("""{"v":1,"speed":70}""", await bench.NextAsync());
        Assert.Equal(1, bench.Count("STOPPED at=recipes/line.csx(2, the version before comes back"));
    }

    [Fact]
    public async Task After_the_watch_time_there_is_nothing_to_go_back_to()
    {
        await using var bench = await StartAsync(Good);
        await bench.TakeAsync(Throwing(2));
        _time.Advance(TimeSpan.FromSeconds(30));
        bench.Book.Watch();
        bench.Scan(60);
        await bench.Log.WhenAsync("FAULT too fast");
        bench.Scan(20);
        Assert.Equal("""{"v":2}""", await bench.NextAsync());
        ExpectGone(bench);
    }

    [Fact]
    public async Task What_the_version_before_threw_as_often_is_not_the_new_ones_fault()
    {
        await using var bench = await StartAsync(Throwing(1));
        for (var i = 0; i < 10; i++)
        {
            bench.Scan(60);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await bench.TakeAsync(Throwing(2));
        for (var i = 0; i < 20; i++)
        {
            bench.Scan(60);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        bench.Scan(20);
        Assert.Equal("""{"v":2}""", await bench.NextAsync());
    }

    [Fact]
    public async Task Without_a_watch_the_old_version_leaves_at_once()
    {
        await using var bench = await StartAsync(Throwing(1), watch: "0s");
        await bench.TakeAsync(Throwing(2));
        bench.Scan(60);
        bench.Scan(20);
        Assert.Equal("""{"v":2}""", await bench.NextAsync());
    }

    private static string Throwing(int version) =>
        $$"""Plant.line.Scans.Payload(s => new { v = s["speed"].Number > 50 ? throw new FormatException("too fast") : {{version}} }).To(Sinks.lines);""";

    /// <summary>Waits until the recipe is busy, then lets too much time pass.</summary>
    private async Task StopBusyAsync(RecipeBench bench, Action meanwhile)
    {
        await bench.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            bench.Book.Watch();
            if (bench.Count("STOPPED") == 0) return false;
            meanwhile();
            return true;
        });
    }

    /// <summary>Versions that are over leave memory; one that has not after a while is named.</summary>
    private void ExpectGone(RecipeBench bench)
    {
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(11));
            bench.Book.Watch();
        }

        bench.PlantLog.Dispose();
        Assert.Equal(0, bench.Count("LEAK"));
    }

    private async Task<RecipeBench> StartAsync(string recipe, string watch = "30s")
    {
        var bench = new RecipeBench(_folder, _time, watch);
        bench.Write(recipe);
        await bench.LookAsync();
        bench.Scan(10);
        Assert.Contains("1", await bench.NextAsync());
        return bench;
    }
}
