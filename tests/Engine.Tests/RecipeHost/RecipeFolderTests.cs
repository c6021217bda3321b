using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>A recipes folder that is away, unreadable or full of odd entries while the host runs.</summary>
[Trait("Needs", "Process")]
public sealed class RecipeFolderTests : IDisposable
{
    private const string Recipe =
        """Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { speed = s["speed"].Number }).To(Sinks.lines);""";

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private long _freeMemory = long.MaxValue;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_that_comes_back_in_time_loses_nothing()
    {
        await using var fixture = await StartAsync();
        Directory.Move(_folder.Of("recipes"), _folder.Of("away"));
        for (var i = 0; i < 20; i++)
        {
            await fixture.PollAsync();
            _time.Advance(TimeSpan.FromSeconds(0.2));
        }

        Directory.Move(_folder.Of("away"), _folder.Of("recipes"));
        await fixture.SettleAsync();
        await fixture.Log.WhenAsync("RECIPES state=Missing recipes=1");
        await fixture.Log.WhenAsync("RECIPES state=Present");

        // Only the 20 is more than 5 away from the 10 that came before.
        fixture.Scan(12);
        fixture.Scan(20);
        Assert.Equal("""{"speed":20}""", await fixture.NextAsync());
        Assert.Equal((1, 0), (fixture.Slot.Version, fixture.Count("state=Removed")));
    }

    [Fact]
    public async Task A_folder_that_stays_away_ends_its_recipes_and_its_return_restores_their_state()
    {
        await using var fixture = await StartAsync();
        Directory.Move(_folder.Of("recipes"), _folder.Of("away"));
        await fixture.PollAsync();
        _time.Advance(RecipeFolderMonitor.Grace);
        await fixture.SettleAsync();
        await fixture.Log.WhenAsync("RECIPE name=recipes/line.csx state=Removed");
        Assert.Empty(fixture.Manager.Slots);
        Directory.Move(_folder.Of("away"), _folder.Of("recipes"));
        await fixture.SettleAsync();
        await fixture.Log.WhenAsync("STATE recipe=recipes/line.csx restored=1");
        fixture.Scan(12);
        fixture.Scan(20);
        Assert.Equal("""{"speed":20}""", await fixture.NextAsync());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_listed_ends_no_recipe_however_long_that_lasts()
    {
        await using var fixture = await StartAsync();
        Directory.Move(_folder.Of("recipes"), _folder.Of("away"));
        File.WriteAllText(_folder.Of("recipes"), "");
        for (var i = 0; i < 5; i++)
        {
            await fixture.PollAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        File.Delete(_folder.Of("recipes"));
        Directory.Move(_folder.Of("away"), _folder.Of("recipes"));
        await fixture.SettleAsync();
        await fixture.SaveAsync(Recipe.Replace("speed = s", "now = s", StringComparison.Ordinal));
        fixture.Scan(20);
        Assert.Equal("""{"now":20}""", await fixture.NextAsync());
        fixture.PlantLog.Dispose();
        Assert.Equal((1, 1), (fixture.Count("RECIPES state=Unreadable"), fixture.Count("SKIPPED file=recipes")));
    }

    [SkippableFact]
    public async Task Odd_entries_are_named_once_and_the_next_edit_is_taken()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are made with mkfifo");
        await using var fixture = await StartAsync();
        await UnixFiles.MakePipeAsync(_folder.Of("recipes", "pipe.csx"));
        Directory.CreateDirectory(_folder.Of("recipes", "folder.csx"));
        File.CreateSymbolicLink(_folder.Of("recipes", "dangling.csx"), "nowhere");
        Directory.CreateSymbolicLink(_folder.Of("recipes", "loop"), ".");
        for (var i = 0; i < 3; i++) await fixture.PollAsync();
        await fixture.SaveAsync(Recipe.Replace("speed = s", "now = s", StringComparison.Ordinal));
        fixture.Scan(20);
        Assert.Equal("""{"now":20}""", await fixture.NextAsync());
        Assert.Single(fixture.Manager.Slots);
        fixture.PlantLog.Dispose();
        foreach (var name in new[] { "pipe.csx", "folder.csx", "dangling.csx", "loop" })
            Assert.Equal(1, fixture.Count($"SKIPPED file=recipes/{name}"));
    }

    [SkippableFact]
    public async Task A_script_that_is_a_pipe_is_an_error_of_the_recipe_that_loads_it()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are made with mkfifo");
        await using var fixture = await StartAsync();
        await UnixFiles.MakePipeAsync(_folder.Of("common.csx"));
        await fixture.SaveAsync("#load \"common.csx\"\n" + Recipe);
        Assert.Contains("common.csx is a pipe (FIFO), not a regular file", fixture.Slot.Reason, StringComparison.Ordinal);
        Assert.Equal((1, true), (fixture.Slot.Version, fixture.Slot.IsRunning));
    }

    [SkippableFact]
    public async Task Recipes_behind_links_that_are_swapped_are_taken_also_with_equal_length_and_time()
    {
        // As mounted configuration does it: recipes/line.csx → ..data/line.csx, ..data → ..1.
        Skip.IfNot(OperatingSystem.IsLinux(), "links are swapped with mv -T");
        for (var i = 1; i <= 3; i++)
        {
            Directory.CreateDirectory(_folder.Of("recipes", $"..{i}"));
            File.WriteAllText(_folder.Of("recipes", $"..{i}", "line.csx"),
                Recipe.Replace("speed = s", $"speed{i} = s", StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(_folder.Of("recipes", $"..{i}", "line.csx"), DateTime.UnixEpoch);
        }

        Directory.CreateDirectory(_folder.Of("recipes"));
        File.CreateSymbolicLink(_folder.Of("recipes", "line.csx"), "..data/line.csx");
        Directory.CreateSymbolicLink(_folder.Of("recipes", "..data"), "..1");
        await using var fixture = new RecipeFixture(_folder, _time, freeMemory: () => _freeMemory);
        await fixture.PollAsync();
        fixture.Scan(10);
        Assert.Equal("""{"speed1":10}""", await fixture.NextAsync());
        for (var i = 2; i <= 3; i++)
        {
            await UnixFiles.SwapLinkAsync(_folder.Of("recipes", "..data"), $"..{i}");
            await fixture.SettleAsync();
            fixture.Scan(10 * i);
            Assert.Equal($$"""{"speed{{i}}":{{10 * i}}}""", await fixture.NextAsync());
        }
    }

    [Fact]
    public async Task Nothing_is_compiled_while_memory_is_short_and_the_edit_is_taken_later()
    {
        await using var fixture = await StartAsync();
        _freeMemory = RecipeCompiler.NeededMemoryWhenWarm - 1;
        await fixture.SaveAsync(Recipe.Replace("speed = s", "low = s", StringComparison.Ordinal));
        Assert.Contains("it is not compiled while memory is short: the compiler needs ", fixture.Slot.Reason, StringComparison.Ordinal);
        Assert.Equal((1, true), (fixture.Slot.Version, fixture.Slot.IsRunning));
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await fixture.PollAsync();
        }

        _freeMemory = long.MaxValue;
        await fixture.PollAsync();
        Assert.Equal(1, fixture.Slot.Version);
        _time.Advance(TimeSpan.FromSeconds(10));
        await fixture.PollAsync();
        fixture.Scan(20);
        Assert.Equal("""{"low":20}""", await fixture.NextAsync());
        Assert.Null(fixture.Slot.Reason);
        fixture.PlantLog.Dispose();
        Assert.Equal(1, fixture.Count("ERROR errors=1"));
    }

    private async Task<RecipeFixture> StartAsync()
    {
        var fixture = new RecipeFixture(_folder, _time, freeMemory: () => _freeMemory);
        fixture.Write(Recipe);
        await fixture.PollAsync();
        fixture.Scan(10);
        Assert.Equal("""{"speed":10}""", await fixture.NextAsync());
        return fixture;
    }
}
