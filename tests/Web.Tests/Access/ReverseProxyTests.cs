using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Web.Tests.Page;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>The page behind Debian's nginx and Caddy, with the settings that docs/access.md tells users to write.</summary>
[Trait("Needs", "Server")]
public sealed class ReverseProxyTests : BrowserTestBase
{
    private const string Behind = AccessFixture.Loopback + "\nbehind_proxy = true\nhosts = [\"gateway.plant\"]";

    [SkippableTheory]
    [InlineData("nginx", "")]
    [InlineData("nginx", "press/")]
    [InlineData("caddy", "")]
    public async Task Login_roles_streams_and_changes_work_and_the_audit_log_has_the_client(string program, string prefix)
    {
        await using var fixture = await AccessFixture.StartAsync(Behind);
        await using var proxy = program == "caddy"
            ? await ReverseProxy.StartCaddyAsync(fixture.Address.Port) : await ReverseProxy.StartNginxAsync(fixture.Address.Port, prefix);
        using var client = proxy.Client($"https://gateway.plant:{proxy.Port}/{prefix}");
        Assert.Contains("PlantRuntime", await client.GetStringAsync("."), StringComparison.Ordinal);
        Assert.Contains("import", await client.GetStringAsync("page/app.js"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("api/tags")).StatusCode);

        using var login = await client.PostAsJsonAsync("api/login", new { user = "eva", password = AccessFixture.Password });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Contains("; secure;", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.True(login.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal("eva", (string?)(await client.GetFromJsonAsync<JsonNode>("api/session"))!["user"]);

        // Each group of events comes before the next one is made, so that the proxy has not collected them.
        using (var stream = new StreamReader(await client.GetStreamAsync("api/stream")))
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            for (var group = 0; group < 4; group++)
            {
                while (await stream.ReadLineAsync(patience.Token) != "event: values")
                {
                }

                fixture.Time.Advance(TimeSpan.FromSeconds(1.1));
            }
        }

        client.DefaultRequestHeaders.Add("X-Plant-Request", "1");
        client.DefaultRequestHeaders.Add("Origin", $"https://gateway.plant:{proxy.Port}");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("api/restart", new { name = "line" })).StatusCode);
        Assert.Equal(("restart", "127.0.0.1"), ((string?)fixture.Audit[^1]["action"], (string?)fixture.Audit[^1]["address"]));
        client.DefaultRequestHeaders.Remove("Origin");
        client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("api/restart", new { name = "line" })).StatusCode);
    }

    [SkippableFact]
    public async Task A_browser_shows_the_page_behind_a_prefix()
    {
        await using var fixture = await AccessFixture.StartAsync(Behind);
        await using var proxy = await ReverseProxy.StartNginxAsync(fixture.Address.Port, "press/");
        var page = await OpenPageAsync(new Uri($"https://127.0.0.1:{proxy.Port}"), obeysPolicy: true, trustsAll: true);
        await page.GotoAsync("/press/");
        await page.Locator("dialog [name=user]").FillAsync("anna");
        await page.Locator("dialog [name=password]").FillAsync(AccessFixture.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        fixture.Time.Advance(TimeSpan.FromSeconds(1.1));
        await Expect(page.Locator("tr[data-tag='line.level']")).ToContainTextAsync("5");
        await Expect(page.Locator("#user")).ToContainTextAsync("anna");
    }

    [SkippableTheory]
    [InlineData("X-Forwarded-For", 403, "X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto", 401, "log in")]
    public async Task A_proxy_without_a_header_is_named_as_the_reason(string left, int expected, string reason)
    {
        await using var fixture = await AccessFixture.StartAsync(Behind);
        await using var proxy = await ReverseProxy.StartNginxAsync(fixture.Address.Port, "", left);
        using var client = proxy.Client($"https://gateway.plant:{proxy.Port}/");
        var (status, detail) = await AccessFixture.RefusalAsync(client.GetAsync("api/tags"));
        Assert.Equal(expected, (int)status);
        Assert.Contains(reason, detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("health")).StatusCode);
    }
}
