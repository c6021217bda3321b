using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>The state of a recipe survives a restart of the host. All tests share a folder, so that the recipe is compiled once.</summary>
[Trait("Needs", "Process")]
public sealed class SavedStateTests : IClassFixture<TemporaryFolder>
{
    private const string Recipe = """
        Plant.line.Scans.Events("running").Payload(e => new { seconds = e.Duration.TotalSeconds }).To(Sinks.lines);
        Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { speed = s["speed"].Number }).To(Sinks.lines);
        """;

    private readonly TemporaryFolder _folder;
    private readonly ManualTimeProvider _time = new();

    public SavedStateTests(TemporaryFolder folder)
    {
        _folder = folder;
        if (Directory.Exists(folder.Of("data", "state"))) Directory.Delete(folder.Of("data", "state"), recursive: true);
    }

    [Fact]
    public async Task State_goes_over_a_restart_and_time_that_passed_counts()
    {
        await RunOnceAsync();

        // Another run of the host: its monotonic clock begins anew, the wall clock went on for a minute.
        var later = new ManualTimeProvider(_time.GetUtcNow() + TimeSpan.FromSeconds(60));
        await using (var fixture = await StartAsync(later, Recipe.Replace("5)", "7)")))
        {
            await fixture.Log.WhenAsync(
                "STATE restored=1 away=60s dropped=\"Deadband on line.speed: its arguments changed from (5) to (7)\"");
            later.Advance(TimeSpan.FromSeconds(5));
            fixture.Scan(12, running: false);
            Assert.Equal("""{"seconds":75}""", await fixture.NextAsync());
            Assert.Equal("""{"speed":12}""", await fixture.NextAsync());
        }
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600L * 24 * 365 * 30)]
    public async Task A_clock_that_was_set_is_no_time_that_passed(long seconds)
    {
        await RunOnceAsync();
        var later = new ManualTimeProvider(_time.GetUtcNow() + TimeSpan.FromSeconds(seconds));
        await using var fixture = await StartAsync(later, Recipe);
        await fixture.Log.WhenAsync("the clock was set");
        fixture.Scan(12, running: false);
        Assert.Equal("""{"seconds":10}""", await fixture.NextAsync());
    }

    [Fact]
    public async Task A_damaged_file_is_put_aside_and_the_recipe_begins_anew()
    {
        await RunOnceAsync();
        var file = _folder.Of("data", "state", RecipeFixture.File + ".state");
        var bytes = File.ReadAllBytes(file);
        bytes[^3] ^= 4;
        File.WriteAllBytes(file, bytes);
        await using var fixture = await StartAsync(_time, Recipe);
        await fixture.Log.WhenAsync("DAMAGED state=recipes/line.csx reason=\"the checksum is wrong\"");
        Assert.Equal(bytes, File.ReadAllBytes(_folder.Of("data", "damaged", "line.csx.state")));
        fixture.Scan(12);
        Assert.Equal("""{"speed":12}""", await fixture.NextAsync());
    }

    [Fact]
    public async Task It_is_kept_every_ten_seconds_while_something_comes_in()
    {
        await using var fixture = await StartAsync(_time, Recipe);
        fixture.Scan(1);
        await fixture.NextAsync();
        fixture.Manager.Supervise();
        Assert.False(File.Exists(fixture.StateFile));
        _time.Advance(TimeSpan.FromSeconds(10));
        fixture.Manager.Supervise();
        await fixture.UntilAsync(() => File.Exists(fixture.StateFile));
        var kept = File.ReadAllBytes(fixture.StateFile);
        fixture.Scan(20);
        await fixture.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        fixture.Manager.Supervise();
        await fixture.UntilAsync(() => !kept.SequenceEqual(File.ReadAllBytes(fixture.StateFile)));
        Assert.Equal(fixture.StateFile, Assert.Single(Directory.GetFiles(Path.GetDirectoryName(fixture.StateFile)!)));
    }

    [SkippableFact]
    public async Task A_full_disk_is_named_and_all_else_runs_on()
    {
        Skip.IfNot(File.Exists("/dev/full"), "there is no /dev/full");
        await using var fixture = await StartAsync(_time, Recipe);
        Directory.CreateDirectory(Path.GetDirectoryName(fixture.StateFile)!);
        for (var i = 1; i <= 3; i++)
        {
            if (i < 3) File.CreateSymbolicLink(fixture.StateFile + ".new", "/dev/full");
            fixture.Scan(10 * i);
            await fixture.NextAsync();
            _time.Advance(TimeSpan.FromSeconds(10));
            fixture.Manager.Supervise();
            await fixture.UntilAsync(() => !File.Exists(fixture.StateFile + ".new") && (i < 3 || File.Exists(fixture.StateFile)));
        }

        await fixture.Log.WhenAsync("STATE it cannot be kept: No space left on device");
        Assert.Equal(1, fixture.Count("it cannot be kept"));
    }

    private async Task RunOnceAsync()
    {
        await using var fixture = await StartAsync(_time, Recipe);
        fixture.Scan(10);
        await fixture.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
    }

    private async Task<RecipeFixture> StartAsync(ManualTimeProvider time, string recipe)
    {
        var fixture = new RecipeFixture(_folder, time);
        fixture.Write(recipe);
        await fixture.PollAsync();
        Assert.Equal(1, fixture.Slot.Version);
        return fixture;
    }
}
