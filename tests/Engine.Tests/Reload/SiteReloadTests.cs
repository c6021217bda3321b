using System.Text.Json;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Reload;

[Trait("Needs", "Process")]
public class SiteReloadTests
{
    private const string Lines = """Plant.line.Scans.Deadband("bottles", 0.5).Payload(s => new { n = s.Number }).To(Sinks.lines);""";

    [Theory]
    [InlineData("site.toml", "const 5", "tags.level")]
    [InlineData("oven.csv", "const 2", "tags.hot")]
    public async Task An_edit_between_the_reading_of_the_site_and_the_start_is_applied(string file, string old, string changed)
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite + "\n[devices.oven]\ndriver = \"simulator\"\ntags = \"oven.csv\"\n");
        site.Write("oven.csv", "name,address\nhot,const 2\n");
        await using var fixture = await SiteHostFixture.StartAsync(site, beforeStart: () => site.Replace(file, old, "const 8"));
        await fixture.Log.WhenAsync($"PLAN {changed}");
        await fixture.Log.WhenAsync("SITE state=Changed");
    }

    [Fact]
    public async Task What_did_not_change_is_the_very_same()
    {
        using var site = NewSite();
        await using var fixture = await SiteHostFixture.StartAsync(site);
        var (line, tank, lines) = (fixture.Host.Devices[0], fixture.Host.Devices[1], fixture.Host.Sinks[0]);
        var recipe = fixture.Host.Recipes.Slots[0];

        await fixture.EditAsync("const 5", "const 6", 1);
        await fixture.Log.WhenAsync("SITE state=Changed devices=2 sinks=1 recipes=1 planned=0");
        await fixture.Log.WhenAsync("OK device=tank", 2);
        Assert.Same(line, fixture.Host.Devices[0]);
        Assert.Same(lines, fixture.Host.Sinks[0]);
        Assert.Equal((1, 2), (line.Status.Connects, tank.Status.Connects));
        Assert.Equal(1, recipe.Version);
        Assert.Equal(6, tank.Status.Latest()[0].Value.Int);

        // A device before the others, another without it, and a rate of its own: the rest stays where it is.
        site.Write("oven.csv", "name,address\nhot,const 2\n");
        await fixture.EditAsync("[devices.line]", "[devices.oven]\ndriver = \"simulator\"\ntags = \"oven.csv\"\n\n[devices.line]", 2);
        Assert.Equal(["oven", "line", "tank"], fixture.Host.Devices.Select(d => d.Name));
        site.Write("oven.csv", "name,address\nhot,const 2\nhotter,const 3\n");
        await fixture.Log.WhenAsync("PLAN devices=oven restarts: tags.hotter added");
        await fixture.Log.WhenAsync("SITE state=Changed", 3);
        Assert.Equal(2, fixture.Host.Devices[0].Status.Latest().Length);
        await fixture.EditAsync("[devices.oven]\ndriver = \"simulator\"\ntags = \"oven.csv\"\n", "", 4);
        Assert.Equal([line, tank], fixture.Host.Devices);
        Assert.Equal((1, 2), (line.Status.Connects, tank.Status.Connects));
        Assert.Equal(1, recipe.Version);
        Assert.DoesNotContain(fixture.Log.All, l => l.Contains("ERROR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_places_and_words_that_mean_the_same_cause_nothing()
    {
        using var site = NewSite();
        await using var fixture = await SiteHostFixture.StartAsync(site);
        site.Replace("site.toml", "[devices.tank]", "# the tank\n\n[devices.tank]\ntimeout = \"3s\"");
        site.Write("recipes/new.csx", "Plant.tank.Scans.To(Sinks.lines);");
        await fixture.Log.WhenAsync("RECIPE name=recipes/new.csx state=Running");
        Assert.DoesNotContain(fixture.Log.All,
            l => l.Contains("PLAN", StringComparison.Ordinal) || l.Contains("SITE", StringComparison.Ordinal));

        // A later error is named by its new position.
        site.Replace("site.toml", "const 5", "konst 5");
        await fixture.Log.WhenAsync("SITE site.toml:20:12: error: tank.level");
        site.Replace("site.toml", "konst 5", "const 5");
        await fixture.Log.WhenAsync("SITE state=Running again as it runs");
        Assert.All(fixture.Host.Devices, d => Assert.Equal(1, d.Status.Connects));
    }

    [Fact]
    public async Task New_tags_reach_the_recipes_that_swap_with_their_state()
    {
        using var site = NewSite();
        site.Write("recipes/tank.csx", """Plant.tank.Scans.OnChange().Payload(s => s.Values).To(Sinks.lines);""");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("  level = \"const 5\"", "  below = \"const 4\"\n  level = \"const 5\"", 1);
        await fixture.Log.WhenAsync("OK device=tank", 2);
        await fixture.Log.WhenAsync("STATE recipe=recipes/tank.csx carried=1");
        await fixture.Log.WhenAsync("SITE state=Changed devices=2 sinks=1 recipes=2 planned=1");
        Assert.Equal((1, 2), (fixture.Host.Recipes.Slots[0].Version, fixture.Host.Recipes.Slots[1].Version));
        await fixture.DisposeAsync();
        Assert.Equal(["{\"level\":5}", "{\"below\":4}"], site.Lines("data/lines.jsonl")
            .Where(l => !l.Contains("\"n\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Sinks_come_change_and_go_and_every_record_is_accounted_for()
    {
        using var site = NewSite();
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("path = \"data/lines.jsonl\"",
            "path = \"data/lines.jsonl\"\n\n[sinks.more]\nsink = \"jsonl\"\npath = \"data/more.jsonl\"", 1);
        site.Write("recipes/line.csx", Lines.Replace("Sinks.lines", "Sinks.lines, Sinks.more", StringComparison.Ordinal));
        await fixture.Log.WhenAsync("CONNECTED sink=more");
        await fixture.EditAsync("path = \"data/more.jsonl\"", "path = \"data/other.jsonl\"", 2);
        await fixture.EditAsync("path = \"data/other.jsonl\"", "path = \"data/other.jsonl\"\ndelivery = \"direct\"", 3);
        await fixture.EditAsync("delivery = \"direct\"", "queue = { max_age = \"1h\", max_size = \"8MB\", when_full = \"block\" }", 4);
        await fixture.EditAsync("max_age = \"1h\"", "max_age = \"2h\"", 5);
        Assert.Contains(fixture.Log.All,
            l => l.Contains("PLAN sinks=more next=\"kept; changes at once: queue.max_age\"", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromHours(2), await fixture.Host.Queue!.AskAsync(store => store.State.CursorOf("more").Limits.MaxAge));
        site.Write("recipes/line.csx", Lines);
        await fixture.Log.WhenAsync("RECIPE name=recipes/line.csx state=Running version=5");
        var end = File.ReadAllText(site.At("site.toml"));
        await fixture.EditAsync(end[end.IndexOf("[sinks.more]", StringComparison.Ordinal)..], "", 6);
        await fixture.Log.WhenAsync("END sink=more waiting=0 lost=0");
        Assert.Equal(["lines"], fixture.Host.Sinks.Select(s => s.Name));
        await fixture.DisposeAsync();

        Assert.Equal(1, fixture.Log.All.Count(l => l.Contains("CONNECTED sink=lines", StringComparison.Ordinal)));
        var all = Numbers(site, "data/lines.jsonl");
        Assert.Equal(Enumerable.Range(1, all.Count), all);
        List<int> more = [.. Numbers(site, "data/more.jsonl"), .. Numbers(site, "data/other.jsonl")];
        Assert.Equal(Enumerable.Range(more[0], more.Count), more);
    }

    [Fact]
    public async Task A_site_without_a_queue_gets_one()
    {
        using var site = NewSite("path = \"data/lines.jsonl\"\ndelivery = \"direct\"");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        Assert.Null(fixture.Host.Queue);
        await fixture.EditAsync("\ndelivery = \"direct\"", "", 1);
        await fixture.Log.WhenAsync("CONNECTED sink=lines", 2);
        Assert.NotNull(fixture.Host.Queue);
        await fixture.DisposeAsync();
        var numbers = Numbers(site, "data/lines.jsonl");
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.Contains(fixture.Log.All,
            l => l.Contains("END sink=lines", StringComparison.Ordinal) && l.Contains("waiting=0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Limits_and_the_log_level_hold_at_once_and_the_name_at_the_next_start()
    {
        using var site = NewSite();
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("name = \"test\"",
            "name = \"other\"\n\n[limits]\nrecipe_queue = 8\n\n[log]\nlevel = \"debug\"\nfile = \"logs/other.log\"", 1);
        foreach (var expected in new[]
        {
            "PLAN site=[site] next=\"takes effect at the next start: name\"",
            "PLAN site=[log] next=\"takes effect at the next start: file\"",
            "PLAN site=[log] next=\"kept; changes at once: level\"", "PLAN site=[limits] next=\"kept; changes at once: recipe_queue\"",
            "STATE recipe=recipes/line.csx carried=1",
        }) Assert.Contains(fixture.Log.All, l => l.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(LogLevel.Debug, fixture.PlantLog.Level);
        Assert.All(fixture.Host.Devices, d => Assert.Equal((1, 8), (d.Status.Connects, d.Window)));
        Assert.Equal(2, fixture.Host.Recipes.Slots[0].Version);
    }

    [Fact]
    public async Task A_time_zone_holds_at_once_for_recipes_and_sinks_and_keeps_state()
    {
        using var site = NewSite();
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("name = \"test\"", "name = \"test\"\ntime_zone = \"Europe/Madrid\"", 1);
        await fixture.Log.WhenAsync("PLAN site=[site] next=\"kept; changes at once: time_zone\"");
        await fixture.Log.WhenAsync("PLAN sinks=lines next=\"restarts: time_zone added\"");
        await fixture.Log.WhenAsync("STATE recipe=recipes/line.csx carried=1");
        await fixture.Log.WhenAsync("CONNECTED sink=lines", 2);
        Assert.Equal(2, fixture.Host.Recipes.Slots[0].Version);
    }

    /// <summary>A line, a tank, a file with a queue, and a recipe with state.</summary>
    private static SiteFolder NewSite(string sink = "path = \"data/lines.jsonl\"")
    {
        var site = new SiteFolder(SiteFolder.DefaultSite.Replace("path = \"data/lines.jsonl\"", sink, StringComparison.Ordinal)
            .Replace("100ms\"\n", "20ms\"\n", StringComparison.Ordinal));
        site.Write("recipes/line.csx", Lines);
        return site;
    }

    private static List<int> Numbers(SiteFolder site, string file) =>
        [.. site.Lines(file).Where(l => l.StartsWith("{\"n\":", StringComparison.Ordinal))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("n").GetInt32())];
}
