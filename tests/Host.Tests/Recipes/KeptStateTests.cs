using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;

namespace PlantRuntime.Host.Tests.Recipes;

/// <summary>What a recipe remembers outlives the host.</summary>
public sealed class KeptStateTests : IDisposable
{
    private const string Recipe = """
        Plant.line.Scans.Events("running").Payload(e => new { seconds = e.Duration.TotalSeconds }).To(Sinks.lines);
        Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { speed = s["speed"].Number }).To(Sinks.lines);
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task State_goes_over_a_restart_and_time_that_passed_counts()
    {
        await RunOnceAsync();

        // Another run of the host: its monotonic clock begins anew, the wall clock went on for a minute.
        var later = new ManualTimeProvider(_time.GetUtcNow() + TimeSpan.FromSeconds(60));
        await using (var bench = await StartAsync(later, Recipe.Replace("5)", "7)")))
        {
            await bench.Log.WhenAsync("STATE restored=1 away=60s dropped=\"Deadband on line.speed: its arguments changed from (5) to (7)\"");
            later.Advance(TimeSpan.FromSeconds(5));
            bench.Scan(12, running: false);
            Assert.Equal("""{"seconds":75}""", await bench.NextAsync());
            Assert.Equal("""{"speed":12}""", await bench.NextAsync());
        }
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600L * 24 * 365 * 30)]
    public async Task A_clock_that_was_set_is_no_time_that_passed(long seconds)
    {
        await RunOnceAsync();
        var later = new ManualTimeProvider(_time.GetUtcNow() + TimeSpan.FromSeconds(seconds));
        await using var bench = await StartAsync(later, Recipe);
        await bench.Log.WhenAsync("the clock was set");
        bench.Scan(12, running: false);
        Assert.Equal("""{"seconds":10}""", await bench.NextAsync());
    }

    [Fact]
    public async Task A_damaged_file_is_put_aside_and_the_recipe_begins_anew()
    {
        await RunOnceAsync();
        var file = _folder.Of("data", "state", RecipeBench.File + ".state");
        var bytes = File.ReadAllBytes(file);
        bytes[^3] ^= 4;
        File.WriteAllBytes(file, bytes);
        await using var bench = await StartAsync(_time, Recipe);
        await bench.Log.WhenAsync("DAMAGED state=recipes/line.csx reason=\"the checksum is wrong\"");
        Assert.Equal(bytes, File.ReadAllBytes(_folder.Of("data", "damaged", "line.csx.state")));
        bench.Scan(12);
        Assert.Equal("""{"speed":12}""", await bench.NextAsync());
    }

    [Fact]
    public async Task It_is_kept_every_ten_seconds_while_something_comes_in()
    {
        await using var bench = await StartAsync(_time, Recipe);
        bench.Scan(1);
        await bench.NextAsync();
        bench.Book.Watch();
        Assert.False(File.Exists(bench.StateFile));
        _time.Advance(TimeSpan.FromSeconds(10));
        bench.Book.Watch();
        await bench.UntilAsync(() => File.Exists(bench.StateFile));
        var kept = File.ReadAllBytes(bench.StateFile);
        bench.Scan(20);
        await bench.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        bench.Book.Watch();
        await bench.UntilAsync(() => !kept.SequenceEqual(File.ReadAllBytes(bench.StateFile)));
        Assert.Equal(bench.StateFile, Assert.Single(Directory.GetFiles(Path.GetDirectoryName(bench.StateFile)!)));
    }

    /// <summary>A folder that cannot be made stands for a disk that takes nothing.</summary>
    [Fact]
    public async Task A_disk_that_takes_nothing_is_named_and_all_else_runs_on()
    {
        Directory.CreateDirectory(_folder.Of("data"));
        File.WriteAllText(_folder.Of("data", "state"), "in the way");
        await using var bench = await StartAsync(_time, Recipe);
        for (var i = 0; i < 3; i++)
        {
            bench.Scan(10 * i);
            await bench.NextAsync();
            _time.Advance(TimeSpan.FromSeconds(10));
            bench.Book.Watch();
        }

        await bench.Log.WhenAsync("STATE it cannot be kept");
        Assert.Equal(1, bench.Count("it cannot be kept"));
    }

    private async Task RunOnceAsync()
    {
        await using var bench = await StartAsync(_time, Recipe);
        bench.Scan(10);
        await bench.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
    }

    private async Task<RecipeBench> StartAsync(ManualTimeProvider time, string recipe)
    {
        var bench = new RecipeBench(_folder, time);
        bench.Write(recipe);
        await bench.LookAsync();
        Assert.Equal(1, bench.Entry.Version);
        return bench;
    }
}
