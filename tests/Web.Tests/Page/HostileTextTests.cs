using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>Texts of devices, files and people that look like HTML, or are very long, in all sections of the page.</summary>
[Trait("Needs", "Server")]
public sealed class HostileTextTests : BrowserTestBase
{
    private const string Attack = "<img src=x onerror=document.title='attacked'>";

    [SkippableFact]
    public async Task A_text_is_never_html_and_never_makes_the_page_wider()
    {
        var longName = new string('n', 200);
        await using var web = await WebFixture.StartAsync($$"""
            [site]
            name = "{{Attack}}"
            tenant = "{{Attack}}"
            [web]
            listen = "127.0.0.1:0"
            anonymous = "viewer"
            [devices.line]
            driver = "simulator"
            poll = "50ms"
              [devices.line.tags]
              level = { address = "const 5", unit = "{{Attack}}", description = "{{Attack}}", range = [6, 7] }
              state = { address = "text values={{Attack.Replace(" ", "/", StringComparison.Ordinal)}}|b every=50ms", unit = "m" }
              {{longName}} = { address = "const 1", description = "{{new string('d', 2000)}}" }
            [sinks.lines]
            sink = "jsonl"
            path = "data/{{longName}}.jsonl"
            """, recipe: $"// {Attack}\nPlant.line.Scans.Where(s => s.Values == null ? \"{Attack}\" : 1).To(Sinks.lines);");
        foreach (var isPhone in new[] { false, true })
        {
            var page = await OpenPageAsync(web.Client.BaseAddress!, isPhone: isPhone);
            await page.GotoAsync($"/#tags?tag=line.{longName}");
            await Expect(page.Locator("#connection")).ToHaveClassAsync("connection live");
            foreach (var section in (string[])
                [$"tags?tag=line.{longName}", "tags?tag=line.level", "tags", "plant", "queue", "recipes", "events", "log"])
            {
                await page.GotoAsync($"/#{section}");
                await page.WaitForFunctionAsync("document.querySelector('main').textContent.length > 0");
                Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
                    $"{section}, phone {isPhone}");
                Assert.Equal(0, await page.Locator("main img, header img").CountAsync());
            }

            Assert.DoesNotContain("attacked", await page.EvaluateAsync<string>("document.title.replace(/<.*>/, '')"),
                StringComparison.Ordinal);
        }
    }
}
