using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using PlantRuntime.Web.Tests.Live;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>The page in a browser, against a running site.</summary>
[Trait("Needs", "Server")]
public sealed class PageTests : BrowserTestBase
{
    private const string SiteToml = """
        [site]
        name = "test"
        [web]
        listen = "127.0.0.1:0"
        anonymous = "viewer"
        [devices.line]
        driver = "simulator"
        poll = "100ms"
          [devices.line.tags]
          bottles  = { address = "counter every=100ms", unit = "pcs", description = "filled since the start" }
          speed    = { address = "sine min=10 max=20 period=10s", unit = "1/min", range = [5, 25] }
          pressure = { address = "const 5", unit = "bar", range = [6, 9] }
          state    = "text values=filling|stopped every=200ms"
        [devices.press]
        driver = "modbus"
        host = "127.0.0.1"
        port = 1
        writable = true
          [devices.press.tags]
          limit = { address = "holding:0:float32", unit = "A", write = { range = [10, 90] } }
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    private readonly SocketRelay _relay = new();
    private WebFixture _web = null!;

    public override async Task InitializeAsync()
    {
        _web = await WebFixture.StartAsync(SiteToml);
        _relay.Folder = _web.Folder;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _relay.DisposeAsync();
        await _web.DisposeAsync();
    }

    [SkippableFact]
    public async Task Values_change_without_a_reload_and_the_change_is_marked()
    {
        var page = await OpenAsync();
        var value = Row(page, "line.bottles").Locator(".c-value");
        var first = await value.TextContentAsync();
        await Expect(value).Not.ToHaveTextAsync(first!);
        await Expect(Row(page, "line.bottles")).ToHaveClassAsync(new Regex("flash-"));
        await Expect(Row(page, "line.pressure")).Not.ToHaveClassAsync(new Regex("flash-"));
        await Expect(page.Locator("#site")).ToHaveTextAsync("test");
        await Expect(page.Locator("#health")).ToHaveTextAsync("Degraded");
        await Expect(page.Locator("#clock")).ToHaveTextAsync(new Regex(@"\d\d:\d\d:\d\d"));
    }

    [SkippableFact]
    public async Task Bad_tags_come_first_and_filters_narrow_the_table()
    {
        var page = await OpenAsync();
        var rows = page.Locator("tr[data-tag]");
        await Expect(rows).ToHaveCountAsync(5);
        await Expect(rows.Nth(0)).ToHaveAttributeAsync("data-tag", "line.pressure");
        await Expect(rows.Nth(0)).ToContainTextAsync("BAD_RANGE");
        await Expect(rows.Nth(1)).ToContainTextAsync("BAD_COMM");
        await page.Locator("#only-bad").CheckAsync();
        await Expect(rows).ToHaveCountAsync(2);
        await page.Locator("#only-bad").UncheckAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("line PCS");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.Nth(0)).ToHaveAttributeAsync("data-tag", "line.bottles");
        Assert.Contains("filter=line+PCS", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await page.Locator("#filter").FillAsync("no such tag");
        await Expect(rows).ToHaveCountAsync(0);
        await Expect(page.GetByText("No tag matches the filter.")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task A_plot_is_drawn_and_zoomed_and_moved()
    {
        var page = await OpenAsync("#tags?tag=line.speed");
        var plot = page.Locator("#plot");

        // A host that has just started shows 5 min, which is known when the history of the tag, perhaps empty, has come.
        await page.WaitForFunctionAsync(
            "(() => { const d = document.getElementById('plot')?.dataset; return d?.points > 3 && d.to - d.from < 310000; })()");
        Assert.True(await PixelsAsync(page, "--accent") > 10);
        Assert.True(await PixelsAsync(page, "--surface", other: true) > 1000, "the range band is not drawn");
        await Expect(plot).ToHaveAttributeAsync("aria-label", new Regex("line.speed, .* least .* greatest"));

        var (from, to) = await SpanAsync(page);
        Assert.Equal(300_000, to - from, 2000.0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await page.WaitForFunctionAsync("(() => { const d = document.getElementById('plot').dataset; return d.to - d.from < 160000; })()");
        await plot.HoverAsync();
        await page.Mouse.WheelAsync(0, -300);
        await page.WaitForFunctionAsync("(() => { const d = document.getElementById('plot').dataset; return d.to - d.from < 100000; })()");

        (from, to) = await SpanAsync(page);
        var box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 100, box.Y + 80);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + 300, box.Y + 80, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await page.WaitForFunctionAsync($"document.getElementById('plot').dataset.to < {to - 5_000}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Now" }).ClickAsync();
        await page.WaitForFunctionAsync($"document.getElementById('plot').dataset.to > {to}");
    }

    [SkippableFact]
    public async Task A_plot_goes_back_for_days_if_a_sink_stores_the_tag()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        await using var web = await WebFixture.StartAsync(StoredHistoryTests.SiteToml,
            "Plant.line.Scans.Only(\"speed\").To(Sinks.history);",
            site => StoredHistoryTests.Fill(site.At("data/history.db"), now));
        var page = await OpenPageAsync(web.Client.BaseAddress!);
        await page.GotoAsync("/#tags?tag=line.speed");
        await page.GetByRole(AriaRole.Button, new() { Name = "1 d", Exact = true }).ClickAsync();
        await page.WaitForFunctionAsync("document.getElementById('plot').dataset.points > 100");
        await Expect(page.Locator("#detail")).ToContainTextAsync("values of the sink history");
        Assert.True(await PixelsAsync(page, "--accent") > 100);

        // A drag goes to the day before, which is read too.
        var box = (await page.Locator("#plot").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 40, box.Y + 80);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + 340, box.Y + 80, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await page.WaitForFunctionAsync($"document.getElementById('plot').dataset.to < Date.now() - {12 * 3600 * 1000}");
        await page.WaitForFunctionAsync("document.getElementById('plot').dataset.points > 100");
        await page.GotoAsync("/#tags?tag=line.level");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "1 h", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "1 d", Exact = true })).ToBeHiddenAsync();
    }

    [SkippableFact]
    public async Task A_bad_tag_shows_its_reason()
    {
        var page = await OpenAsync("#tags?tag=line.pressure");
        await Expect(page.Locator("#detail .reason")).ToHaveTextAsync("outside its range in the tag table");
        await Expect(Row(page, "line.pressure")).ToContainTextAsync("outside its range in the tag table");
        await Row(page, "press.limit").ClickAsync();
        await Expect(page.Locator("#detail .reason")).ToContainTextAsync("connection refused");
        await Row(page, "line.speed").ClickAsync();
        await Expect(page.Locator("#detail .reason")).ToBeHiddenAsync();
    }

    [SkippableFact]
    public async Task A_host_that_is_away_is_shown_and_so_is_its_return()
    {
        var page = await OpenAsync();
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        _relay.Folder = null;
        await _web.DisposeAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("unreachable since");
        await Expect(page.Locator("body")).ToHaveClassAsync(new Regex("stale"));
        _web = await WebFixture.StartAsync(SiteToml);
        _relay.Folder = _web.Folder;
        await Expect(page.Locator("#notice")).ToContainTextAsync("The host is back");
        await Expect(page.Locator("body")).Not.ToHaveClassAsync(new Regex("stale"));
        var value = Row(page, "line.bottles").Locator(".c-value");
        var first = await value.TextContentAsync();
        await Expect(value).Not.ToHaveTextAsync(first!);
    }

    [SkippableFact]
    public async Task The_language_is_that_of_the_browser_until_another_is_chosen()
    {
        var page = await OpenAsync(language: "es-CL");
        await Expect(page.Locator("nav")).ToContainTextAsync("Variables");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "es");
        await Expect(page.Locator("#attention")).ToContainTextAsync("Requiere atención");
        await page.Locator("#language").SelectOptionAsync("pt");
        await Expect(page.Locator("nav")).ToContainTextAsync("Variáveis");
        await Expect(page.Locator("#attention")).ToContainTextAsync("Requer atenção");
        await page.ReloadAsync();
        await Expect(page.Locator("nav")).ToContainTextAsync("Variáveis");
    }

    [SkippableFact]
    public async Task Devices_and_sinks_have_reason_and_next_step_and_engineers_restart_them()
    {
        var page = await OpenAsync("#plant", role: "viewer");
        var press = page.Locator("article[data-name=press]");
        await Expect(press).ToContainTextAsync("connection refused");
        await Expect(press).ToContainTextAsync("Next: the host tries again by itself");
        await Expect(page.Locator("article[data-name=lines]")).ToContainTextAsync("delivered");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Restart" })).ToHaveCountAsync(0);

        page = await OpenAsync("#plant", role: "engineer");
        await page.Locator("article[data-name=line]").GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await Expect(page.Locator("#toast")).ToContainTextAsync("line restarts");
        await _web.Log.WhenAsync("START device=line", count: 2);
    }

    [SkippableFact]
    public async Task Operators_write_the_tags_that_may_be_written_and_see_the_outcome()
    {
        var page = await OpenAsync("#tags?tag=press.limit", role: "viewer");
        await Expect(page.Locator("#detail h2")).ToHaveTextAsync("press.limit");
        await Expect(page.Locator("form.write")).ToBeHiddenAsync();

        page = await OpenAsync("#tags?tag=line.speed", role: "operator");
        await Expect(page.Locator("#detail h2")).ToHaveTextAsync("line.speed");
        await Expect(page.Locator("form.write")).ToBeHiddenAsync();
        await Row(page, "press.limit").ClickAsync();
        await Expect(page.Locator("form.write")).ToContainTextAsync("Range 10 to 90");
        await page.GetByLabel("New value").FillAsync("42,5");
        await page.Locator("form.write button").ClickAsync();
        await Expect(page.Locator("dialog")).ToContainTextAsync("Write 42.5 A to press.limit?");
        var sent = page.WaitForRequestAsync("**/api/devices/press/tags/limit");
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Write" }).ClickAsync();
        var request = await sent;
        Assert.Equal(("""{"value":42.5}""", "1"), (request.PostData, request.Headers["x-plant-request"]));
        await Expect(page.Locator("#toast")).ToContainTextAsync("press.limit:");
        await _web.Log.WhenAsync("WRITE tag=press.limit value=42.5");
    }

    [SkippableFact]
    public async Task The_log_follows_and_its_filters_narrow_it()
    {
        var page = await OpenAsync("#log");
        await Expect(page.Locator(".line").Filter(new() { HasText = "CONNECTED plant=1 device=line" })).ToHaveCountAsync(1);
        await page.GetByLabel("Warnings and errors").CheckAsync();
        await Expect(page.Locator(".line.info")).ToHaveCountAsync(0);
        await Expect(page.Locator(".line.warn").First).ToContainTextAsync("WARN");
        await page.GetByLabel("Warnings and errors").UncheckAsync();
        await page.GetByLabel("Filter").FillAsync("no such line");
        await Expect(page.Locator(".lines")).ToHaveTextAsync("No lines.");
        await page.GetByLabel("Filter").FillAsync("");
        _web.Host.RequestReload("test");
        await Expect(page.Locator(".lines")).ToContainTextAsync("RELOAD by=test");
    }

    [SkippableFact]
    public async Task The_page_keeps_to_a_strict_content_security_policy()
    {
        var page = await OpenPageAsync(_web.Client.BaseAddress!, obeysPolicy: true);
        var errors = new List<string>();
        page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : []);
        page.PageError += (_, error) => errors.Add(error);
        var response = await page.GotoAsync("/#tags?tag=line.speed");
        Assert.Contains("default-src 'self'", response!.Headers["content-security-policy"], StringComparison.Ordinal);
        await Expect(page.Locator("#plot")).ToHaveAttributeAsync("aria-label", new Regex("line.speed, .* least .* greatest"));
        foreach (var section in new[] { "plant", "queue", "recipes", "log" })
        {
            await page.Locator($"nav a[href='#{section}']").ClickAsync();
            await Expect(page.Locator("main > section")).ToBeVisibleAsync();
        }

        // A host without events answers 404, which is no error of the page.
        Assert.DoesNotContain(errors, e => !e.StartsWith("Failed to load resource", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Events_are_read_page_by_page_and_operators_acknowledge_alerts()
    {
        var acknowledged = "null";
        var page = await OpenPageAsync(_relay.Address, role: "operator");
        await page.RouteAsync("**/api/alerts", route => route.FulfillAsync(new() { ContentType = "application/json", Body = $$"""
            [{"id":7,"kind":"device","subject":"press","reason":"no answer","start":"2026-01-01T08:00:00Z","end":null,
              "acknowledged_by":{{acknowledged}},"acknowledged":null}]
            """ }));
        await page.RouteAsync("**/api/alerts/7/acknowledge", route =>
        {
            acknowledged = "\"rosa\"";
            return route.FulfillAsync(new() { ContentType = "application/json", Body = "{}" });
        });
        await page.RouteAsync("**/api/events?**", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = route.Request.Url.Contains("after=p2", StringComparison.Ordinal)
                ? """{"sink":"history","events":[{"id":"b","device":"line","tag":"valve","start":"2026-01-01T08:00:00Z","end":"2026-01-01T08:01:30Z","duration_seconds":90}],"next":null}"""
                : """{"sink":"history","events":[{"id":"a","device":"line","tag":"door","start":"2026-01-01T09:00:00Z","end":null,"duration_seconds":null}],"next":"p2"}""",
        }));
        await page.GotoAsync("/#events");
        await Expect(page.Locator("nav a[href='#events']")).ToBeVisibleAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("no answer");
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("rosa");
        await Expect(page.Locator("main")).ToContainTextAsync("door");
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("1 min 30 s");
        await Expect(page.Locator("main")).ToContainTextAsync("door");
        var asked = page.WaitForRequestAsync("**/api/events?*open=true*");
        await page.GetByLabel("Open only").CheckAsync();
        await asked;
    }

    [SkippableTheory]
    [InlineData("tags?tag=line.speed")]
    [InlineData("plant")]
    [InlineData("queue")]
    [InlineData("recipes")]
    [InlineData("events")]
    [InlineData("log")]
    public async Task A_section_follows_the_rules_of_accessibility(string section)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            var page = await OpenAsync($"#{section}", role: "engineer");
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
            await Expect(page.Locator("#health")).ToHaveTextAsync("Degraded");
            var result = await page.RunAxe();
            Assert.True(result.Violations.Length == 0,
                string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Select(n => n.Html))}")));
        }
    }

    [SkippableFact]
    public async Task A_phone_shows_the_table_then_the_plot_over_it_and_nothing_is_wider_than_the_screen()
    {
        var page = await OpenAsync(isPhone: true);
        await Expect(page.Locator("#detail")).ToBeHiddenAsync();
        await Row(page, "line.speed").ClickAsync();
        await Expect(page.Locator("#plot")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Locator("#detail")).ToBeHiddenAsync();
        await page.Locator("#menu").ClickAsync();
        await page.Locator("#language").SelectOptionAsync("es");
        foreach (var section in new[] { "tags", "plant", "queue", "recipes", "log" })
        {
            await page.GotoAsync($"/#{section}");
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), section);
        }
    }

    private static ILocator Row(IPage page, string tag) => page.Locator($"tr[data-tag='{tag}']");

    private static async Task<(double From, double To)> SpanAsync(IPage page)
    {
        var span = await page.EvaluateAsync<JsonElement>("({ ...document.getElementById('plot').dataset })");
        return (double.Parse(span.GetProperty("from").GetString()!), double.Parse(span.GetProperty("to").GetString()!));
    }

    /// <summary>Counts the pixels of the plot that have the colour of a style variable, or that have any other.</summary>
    private static Task<int> PixelsAsync(IPage page, string variable, bool other = false) => page.EvaluateAsync<int>("""
        ([variable, other]) => {
          const canvas = document.getElementById('plot');
          const probe = document.createElement('canvas').getContext('2d');
          probe.fillStyle = getComputedStyle(canvas).getPropertyValue(variable).trim();
          probe.fillRect(0, 0, 1, 1);
          const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            const isSame = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 30 && data[i + 3] > 200;
            if (other ? !isSame && data[i + 3] > 0 : isSame) count++;
          }
          return count;
        }
        """, new object[] { variable, other });

    private async Task<IPage> OpenAsync(string hash = "", string language = "en-GB", string? role = null, bool isPhone = false)
    {
        var page = await OpenPageAsync(_relay.Address, language, role, isPhone);
        await page.GotoAsync($"/{hash}");
        return page;
    }
}
