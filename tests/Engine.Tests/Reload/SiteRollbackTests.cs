using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Engine.Tests.Reload;

/// <summary>An edit of site.toml that a recipe fails by is taken back as a whole.</summary>
[Trait("Needs", "Process")]
public class SiteRollbackTests
{
    private const string Throws = "throw new FormatException(\"too full\")";
    private const string Tank = "Plant.tank.Scans.OnChange().Payload(s => new { level = s[\"level\"].Int > 5 ? " + Throws
        + " : s[\"level\"].Int }).To(Sinks.tanks);";
    private const string RunsAway =
        "Plant.tank.Scans.OnChange().Where(s => { while (s[\"level\"].Int > 5) ; return true; }).Payload(s => s.Values).To(Sinks.tanks);";

    [Theory]
    [InlineData("another value of a tag: the recipe runs on and throws", Tank, "const 6", "FormatException: too full")]
    [InlineData("another tag: the recipe swaps and throws", Tank, "const 6\"\n  below = \"const 4", "FormatException: too full")]
    [InlineData("another tag: the recipe swaps and runs away", RunsAway, "const 6\"\n  below = \"const 4",
        "it was busy with one scan for more than 0.5 s")]
    public async Task A_recipe_that_fails_takes_the_edit_back(string what, string recipe, string level, string reason)
    {
        using var site = NewSite(recipe);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        var (line, tank) = (fixture.Host.Devices[0], fixture.Host.Devices[1]);
        var (other, entry) = (fixture.Host.Recipes.Slots[0].Current, fixture.Host.Recipes.Slots[1]);
        await fixture.EditAsync("const 5", level, 1);
        await fixture.Log.WhenAsync("SITE state=Back devices=2 sinks=2 recipes=2");
        await fixture.Log.WhenAsync("OK device=tank", 3);
        Assert.Contains(fixture.Log.All, l => l.Contains("BACK site=\"site.toml of ", StringComparison.Ordinal)
            && l.Contains($"reason=\"recipes/tank.csx(1,", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal));
        Assert.True((1, 1) == (entry.Version, line.Status.Connects), what);
        Assert.Same(other, fixture.Host.Recipes.Slots[0].Current);
        Assert.Equal(["level"], tank.Tags.Select(t => t.Name));
        Assert.Contains(reason, entry.Reason, StringComparison.Ordinal);

        // It is not tried again, whatever else is edited, until it is saved again.
        site.Replace("recipes/line.csx", "n = s", "m = 1, n = s");
        await fixture.Log.WhenAsync("RECIPE name=recipes/line.csx state=Running version=2");
        Assert.Equal(1, fixture.Log.All.Count(l => l.Contains("SITE state=Changed", StringComparison.Ordinal)));
        await fixture.EditAsync("const 6", "const 4", 2);
        await fixture.Log.WhenAsync("OK device=tank", 4);
        await fixture.DisposeAsync();
        Assert.Equal(["{\"level\":5}", "{\"level\":5}"], site.Lines("data/tanks.jsonl").Take(2));
        Assert.StartsWith("{\"level\":4", site.Lines("data/tanks.jsonl")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_that_ran_through_the_edit_and_runs_away_begins_anew_with_what_it_remembers()
    {
        using var site = NewSite(RunsAway);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("const 5", "const 6", 1);
        await fixture.Log.WhenAsync("STOPPED recipe=recipes/tank.csx next=\"site.toml as it was comes back\"");
        await fixture.Log.WhenAsync("SITE state=Back");
        await fixture.Log.WhenAsync("STATE recipe=recipes/tank.csx restored=1");

        // It had seen the 6 that it ran away of, so that the 5 is news.
        await SiteHostFixture.WhenAsync(() => Task.FromResult(site.Lines("data/tanks.jsonl").Length == 2), "a second record");
        Assert.Equal(["{\"level\":5}", "{\"level\":5}"], site.Lines("data/tanks.jsonl"));
    }

    [Fact]
    public async Task Sinks_come_back_too_and_what_came_with_the_edit_is_looked_at_by_the_site_as_it_is()
    {
        using var site = NewSite(Tank);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        var toml = File.ReadAllText(site.At("site.toml"));
        site.Write("recipes/more.csx", "Plant.line.Scans.To(Sinks.more);");
        site.Write("recipes/tank.csx", Tank.Replace("tanks", "more", StringComparison.Ordinal));
        site.Write("site.toml", toml.Replace("[sinks.tanks]", "[sinks.more]", StringComparison.Ordinal)
            .Replace("data/tanks", "data/more", StringComparison.Ordinal)
            .Replace("const 5", "const 6", StringComparison.Ordinal));
        await fixture.Log.WhenAsync("SITE state=Back devices=2 sinks=2");
        Assert.Equal(["lines", "tanks"], fixture.Host.Sinks.Select(s => s.Name));
        await fixture.Log.WhenAsync("RECIPE name=recipes/more.csx recipes/more.csx(1,27): error CS0117");
        await fixture.Log.WhenAsync("RECIPE name=recipes/tank.csx state=Running errors=1 \"the version before runs on\"");
        await SiteHostFixture.WhenAsync(() => Task.FromResult(site.Lines("data/tanks.jsonl").Length == 2), "a second record");
        await fixture.DisposeAsync();
        Assert.Equal(["{\"level\":5}", "{\"level\":5}"], site.Lines("data/tanks.jsonl"));
    }

    [Fact]
    public async Task A_recipe_that_is_edited_since_is_watched_alone_and_the_site_stays()
    {
        using var site = NewSite(Tank);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("level = \"const 5\"", "below = \"const 4\"\n  level = \"const 5\"", 1);

        // It throws a second or two after the host has seen that the recipe was edited.
        site.Write("recipes/line.csx", "Plant.line.Scans.Payload(s => new { n = s.Number, bad = s.Number % 100 == 0 ? " + Throws
            + " : 0 }).To(Sinks.lines);");
        await fixture.Log.WhenAsync("BACK recipe=recipes/line.csx version=1 failed=2");
        await fixture.EditAsync("const 5", "const 3", 2);
        Assert.Equal(2, fixture.Host.Devices[1].Tags.Count);
        Assert.DoesNotContain(fixture.Log.All, l => l.Contains("BACK site", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_watch_the_edit_stays_and_the_recipe_loses_what_it_throws()
    {
        using var site = NewSite(Tank, "recipe_watch = \"0s\"");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await fixture.EditAsync("const 5", "const 6", 1);
        await fixture.Log.WhenAsync("FAULT recipe=recipes/tank.csx");
        await fixture.EditAsync("const 6", "const 4", 2);
        await fixture.Log.WhenAsync("OK device=tank", 3);
        Assert.DoesNotContain(fixture.Log.All, l => l.Contains("BACK", StringComparison.Ordinal));
    }

    private static SiteFolder NewSite(string tank, string limits = "recipe_time = \"500ms\"")
    {
        var site = new SiteFolder(SiteFolder.DefaultSite.Replace("100ms\"\n", "20ms\"\n", StringComparison.Ordinal)
            + $"\n\n[sinks.tanks]\nsink = \"jsonl\"\npath = \"data/tanks.jsonl\"\n\n[limits]\n{limits}\n");
        site.Write("recipes/line.csx", "Plant.line.Scans.Payload(s => new { n = s.Number }).To(Sinks.lines);");
        site.Write("recipes/tank.csx", tank);
        return site;
    }
}
