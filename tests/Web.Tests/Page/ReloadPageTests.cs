using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>Edits of site.toml and of a recipe on the page: the plan and its outcome, and the state that a recipe carries over.</summary>
[Trait("Needs", "Server")]
public sealed class ReloadPageTests : BrowserTestBase
{
    private const string Recipe = """
        Plant.line.Scans.OnChange("level").To(Sinks.lines);
        Plant.line.Scans.Deadband("speed", 0.5).To(Sinks.lines);
        """;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Edits_are_shown_with_outcome_changes_and_carried_state(bool isPhone)
    {
        await using var web = await WebFixture.StartAsync(recipe: Recipe);
        var page = await OpenPageAsync(web.Client.BaseAddress!, isPhone: isPhone);
        await page.GotoAsync("/#plant");
        await Expect(page.Locator("#reload")).ToHaveTextAsync("site.toml is as it was at the start of the host.");

        var good = WebFixture.SiteToml.Replace("50ms", "60ms", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(web.Folder, "site.toml"), good);
        await web.Log.WhenAsync("SITE state=Changed");
        var applied = page.Locator("#reload article[data-outcome=Applied]");
        await Expect(applied).ToContainTextAsync("restarts: poll");
        await Expect(applied).ToContainTextAsync("With an interruption");

        await File.WriteAllTextAsync(Path.Combine(web.Folder, "site.toml"), good.Replace("poll", "pol", StringComparison.Ordinal));
        await web.Log.WhenAsync("SITE state=Held");
        await Expect(page.Locator("#reload article[data-outcome=Refused]")).ToContainTextAsync("pol");
        await Expect(applied).ToHaveCountAsync(1);
        await AssertFitsAsync(page);

        await File.WriteAllTextAsync(
            Path.Combine(web.Folder, "recipes", "all.csx"), Recipe.Replace("0.5", "2", StringComparison.Ordinal));
        await web.Log.WhenAsync("RECIPE name=recipes/all.csx state=Running version=2");
        await page.GotoAsync("/#recipes");
        var state = page.Locator(".carried");
        await Expect(state).ToContainTextAsync("keptOnChange on line.level");
        await Expect(state).ToContainTextAsync("began anewDeadband on line.speed");
        await Expect(state).ToContainTextAsync("its arguments changed from (0.5) to (2)");
        await AssertFitsAsync(page);
    }

    private static async Task AssertFitsAsync(IPage page)
    {
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        var result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help}")));
    }
}
