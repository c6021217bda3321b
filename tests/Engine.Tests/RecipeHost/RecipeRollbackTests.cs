using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.RecipeHost;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>A new version that fails is rolled back. All tests share a folder, so that a recipe is compiled once.</summary>
[Trait("Needs", "Process")]
public sealed class RecipeRollbackTests : IClassFixture<TemporaryFolder>
{
    private const string Good =
        """Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { v = 1, speed = s["speed"].Number }).To(Sinks.lines);""";

    private readonly TemporaryFolder _folder;
    private readonly ManualTimeProvider _time = new();

    public RecipeRollbackTests(TemporaryFolder folder)
    {
        _folder = folder;
        if (Directory.Exists(folder.Of("data", "state"))) Directory.Delete(folder.Of("data", "state"), recursive: true);
    }

    [Fact]
    public async Task An_exception_brings_the_version_before_back_with_what_was_learned()
    {
        await using var fixture = await StartAsync(Good);
        await fixture.SaveAsync("""
            Plant.line.Scans.Only("speed").Deadband("speed", 5)
                .Payload(s => new { v = 2, speed = s["speed"].Number > 50 ? throw new FormatException("too fast") : s["speed"].Number }).To(Sinks.lines);
            """);
        fixture.Scan(20);
        Assert.Equal("""{"v":2,"speed":20}""", await fixture.NextAsync());
        fixture.Scan(60);
        await fixture.Log.WhenAsync("BACK recipe=recipes/line.csx version=1 failed=2 FormatException: too fast last_scan=line:3");
        await fixture.UntilAsync(() => fixture.Slot.Problems.Count > 0);
        Assert.Equal("recipes/line.csx(2,", fixture.Slot.Reason![..19]);
        Assert.Equal((1, "Running"), (fixture.Slot.Version, fixture.Slot.Status));

        // 62 is within 5 of 60, which the other version has seen.
        fixture.Scan(62);
        fixture.Scan(70);
        Assert.Equal("""{"v":1,"speed":70}""", await fixture.NextAsync());
        await fixture.SettleAsync();
        Assert.Equal(1, fixture.Slot.Version);
        await fixture.SaveAsync(Good.Replace("v = 1", "v = 3"));
        fixture.Scan(90);
        Assert.Equal("""{"v":3,"speed":90}""", await fixture.NextAsync());
        Assert.Equal((3, 0), (fixture.Slot.Version, fixture.Slot.Problems.Count));
        ExpectGone(fixture);
    }

    [Fact]
    public async Task A_version_that_runs_away_makes_room_for_the_one_before_and_loses_only_the_scan_it_died_of()
    {
        await using var fixture = await StartAsync(Good);
        await fixture.SaveAsync("""Plant.line.Scans.Where(s => { while (s["speed"].Number > 50) ; return true; }).To(Sinks.lines);""");
        fixture.Scan(60);
        await fixture.UntilAsync(() => fixture.Slot.IsRunning);
        await StopBusyAsync(fixture, () =>
        {
            fixture.Scan(70);
            fixture.Scan(80);
        });
        await fixture.Log.WhenAsync("STOPPED recipe=recipes/line.csx busy \"the version before comes back\"");
        await fixture.Log.WhenAsync("BACK recipe=recipes/line.csx version=1 failed=2");
        Assert.Equal("""{"v":1,"speed":70}""", await fixture.NextAsync());
        Assert.Equal("""{"v":1,"speed":80}""", await fixture.NextAsync());
    }

    [Fact]
    public async Task A_version_that_hangs_is_woken_and_the_one_before_is_back()
    {
        await using var fixture = await StartAsync(Good);
        await fixture.SaveAsync("""
            var sleep = Type.GetType("System.Threading.Thread")!.GetMethod("Sleep", [typeof(int)])!;
            Plant.line.Scans.Where(s => { if (s["speed"].Number > 50) sleep.Invoke(null, [-1]); return true; }).To(Sinks.lines);
            """);
        fixture.Scan(60);
        await StopBusyAsync(fixture, () => fixture.Scan(70));
        Assert.Equal("""{"v":1,"speed":70}""", await fixture.NextAsync());
        Assert.Equal(1, fixture.Count("STOPPED at=recipes/line.csx(2, the version before comes back"));
    }

    [Fact]
    public async Task After_the_watch_time_there_is_nothing_to_go_back_to()
    {
        await using var fixture = await StartAsync(Good);
        await fixture.SaveAsync(Throwing(2));
        _time.Advance(TimeSpan.FromSeconds(30));
        fixture.Manager.Supervise();
        fixture.Scan(60);
        await fixture.Log.WhenAsync("FAULT too fast");
        fixture.Scan(20);
        Assert.Equal("""{"v":2}""", await fixture.NextAsync());
        ExpectGone(fixture);
    }

    [Fact]
    public async Task What_the_version_before_threw_as_often_is_not_the_new_ones_fault()
    {
        await using var fixture = await StartAsync(Throwing(1));
        for (var i = 0; i < 10; i++)
        {
            fixture.Scan(60);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await fixture.SaveAsync(Throwing(2));
        for (var i = 0; i < 20; i++)
        {
            fixture.Scan(60);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        fixture.Scan(20);
        Assert.Equal("""{"v":2}""", await fixture.NextAsync());
    }

    [Fact]
    public async Task Without_a_watch_the_old_version_leaves_at_once()
    {
        await using var fixture = await StartAsync(Throwing(1), watch: "0s");
        await fixture.SaveAsync(Throwing(2));
        fixture.Scan(60);
        fixture.Scan(20);
        Assert.Equal("""{"v":2}""", await fixture.NextAsync());
    }

    private static string Throwing(int version) =>
        $$"""Plant.line.Scans.Payload(s => new { v = s["speed"].Number > 50 ? throw new FormatException("too fast") : {{version}} }).To(Sinks.lines);""";

    /// <summary>Waits until the recipe is busy, then lets too much time pass.</summary>
    private async Task StopBusyAsync(RecipeFixture fixture, Action meanwhile)
    {
        await fixture.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            fixture.Manager.Supervise();
            if (fixture.Count("STOPPED") == 0) return false;
            meanwhile();
            return true;
        });
    }

    /// <summary>Versions that are over leave memory; one that has not after a while is named.</summary>
    private void ExpectGone(RecipeFixture fixture)
    {
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(11));
            fixture.Manager.Supervise();
        }

        fixture.PlantLog.Dispose();
        Assert.Equal(0, fixture.Count("LEAK"));
    }

    private async Task<RecipeFixture> StartAsync(string recipe, string watch = "30s")
    {
        var fixture = new RecipeFixture(_folder, _time, watch);
        fixture.Write(recipe);
        await fixture.PollAsync();
        fixture.Scan(10);
        Assert.Contains("1", await fixture.NextAsync());
        return fixture;
    }
}
