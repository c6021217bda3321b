using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Engine.Tests.Reload;

/// <summary>A host that is told to end does not wait for a recipe, however long that may run: the limit is one minute here.</summary>
[Trait("Needs", "Process")]
public class SiteShutdownTests
{
    private const string Loops =
        "Plant.line.Scans.Where(s => { while (s.Number > 0) ; return true; }).Payload(s => s.Values).To(Sinks.lines);";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task While_the_top_level_of_a_new_recipe_loops()
    {
        using var site = NewSite();
        site.Write("recipes/line.csx", "Plant.line.Scans.Payload(s => s.Values).To(Sinks.lines);");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        site.Write("recipes/endless.csx", "while (Site.PlantId > -1) ;\n" + Loops);
        await SiteHostFixture.WhenAsync(() => Task.FromResult(Recipe("endless")), "the thread of the recipe");
        await EndAsync(fixture);
    }

    [Fact]
    public async Task While_an_edit_waits_for_a_version_that_loops()
    {
        using var site = NewSite();
        site.Write("recipes/line.csx", "Plant.tank.Scans.Payload(s => s.Values).To(Sinks.lines);");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        site.Write("recipes/line.csx", Loops.Replace("s.Number > 0", "s.Number > 20", StringComparison.Ordinal));
        await fixture.Log.WhenAsync("RECIPE name=recipes/line.csx state=Running version=2");
        await SiteHostFixture.WhenAsync(
            () => Task.FromResult(fixture.Host.Recipes.Slots[0].Current!.Runner.CallTime > TimeSpan.FromSeconds(0.2)), "a busy recipe");
        site.Write("recipes/line.csx", "Plant.tank.Scans.Payload(s => s.Values).To(Sinks.lines);\n");
        await SiteHostFixture.WhenAsync(() => Task.FromResult(fixture.Host.Recipes.Slots[0].IsSwapping), "the swap");
        await EndAsync(fixture);
    }

    private static async Task EndAsync(SiteHostFixture fixture)
    {
        await fixture.Host.DisposeAsync().AsTask().WaitAsync(s_patience);
        await fixture.Log.WhenAsync("END sink=lines");
        Assert.DoesNotContain(fixture.Log.All,
            l => l.Contains("LOOP", StringComparison.Ordinal) || l.Contains("BUG", StringComparison.Ordinal));
    }

    private static bool Recipe(string name) => Directory.EnumerateDirectories("/proc/self/task")
        .Any(t => File.ReadAllText(Path.Combine(t, "comm")).StartsWith($"recipe recipes/{name}"[..15], StringComparison.Ordinal));

    private static SiteFolder NewSite() => new(
        SiteFolder.DefaultSite.Replace("100ms\"\n", "20ms\"\n", StringComparison.Ordinal) + "\n\n[limits]\nrecipe_time = \"60s\"\n");
}
