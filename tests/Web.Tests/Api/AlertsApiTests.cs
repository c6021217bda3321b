using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Web.Tests.Api;

/// <summary><c>/api/alerts</c> of a running site, and the readiness that goes with them.</summary>
[Trait("Needs", "Process")]
public sealed class AlertsApiTests
{
    private const string Toml = """
        [site]
        name = "test"
        [web]
        listen = "127.0.0.1:0"
        [devices.line]
        driver = "simulator"
        poll = "50ms"
          [devices.line.tags]
          level = "const 5"
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    [Fact]
    public async Task An_alert_has_start_acknowledgement_and_end()
    {
        await using var site = await WebFixture.StartAsync(Toml);
        await ExampleSite.WhenAsync(async () => await ReadyAsync(site) == (200, "ready"), "readiness");
        Assert.Empty((await site.Local.GetFromJsonAsync<JsonArray>("/api/alerts"))!);
        var recipe = Path.Combine(site.Folder, "recipes", "other.csx");
        await File.WriteAllTextAsync(recipe, "Plant.lime.Scans.To(Sinks.lines);");
        await ExampleSite.WhenAsync(async () => (await AlertsAsync(site, "?active=true")).Count == 1, "the alert");
        Assert.Equal((503, "not_ready"), await ReadyAsync(site));
        var alert = (await AlertsAsync(site))[0]!;
        Assert.Equal(("recipe", "recipes/other.csx"), ((string?)alert["kind"], (string?)alert["subject"]));
        Assert.Contains("lime", (string?)alert["reason"], StringComparison.Ordinal);
        Assert.Null(alert["end"]);

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/alerts/{alert["id"]}/acknowledge");
        request.Headers.Add("Plant-User", "maria");
        using var acknowledged = await site.Local.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, acknowledged.StatusCode);
        using var again = await site.Local.PostAsync($"/api/alerts/{alert["id"]}/acknowledge", null);
        Assert.Equal("maria", (string?)(await again.Content.ReadFromJsonAsync<JsonNode>())!["acknowledged_by"]);
        Assert.Equal(1, site.Log.All.Count(l => l.Contains("ACKNOWLEDGED alert=1 kind=Recipe", StringComparison.Ordinal)));

        File.Delete(recipe);
        await ExampleSite.WhenAsync(async () => (await AlertsAsync(site, "?active=true")).Count == 0, "the end of the alert");
        var over = (await AlertsAsync(site))[0]!;
        Assert.Equal("maria", (string?)over["acknowledged_by"]);
        Assert.True((DateTime)over["end"]! > (DateTime)over["start"]!);
        await ExampleSite.WhenAsync(async () => await ReadyAsync(site) == (200, "ready"), "readiness");
    }

    [Fact]
    public async Task An_alert_that_does_not_exist_or_a_user_without_role_is_refused()
    {
        await using var site = await WebFixture.StartAsync(Toml);
        using var unknown = await site.Local.PostAsync("/api/alerts/77/acknowledge", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var stranger = await site.Client.PostAsync("/api/alerts/1/acknowledge", null);
        Assert.True(stranger.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{stranger.StatusCode}");
    }

    private static async Task<JsonArray> AlertsAsync(WebFixture site, string query = "") =>
        (await site.Local.GetFromJsonAsync<JsonArray>($"/api/alerts{query}"))!;

    private static async Task<(int Status, string? Text)> ReadyAsync(WebFixture site)
    {
        // Without login.
        using var response = await site.Client.GetAsync("/health/ready");
        return ((int)response.StatusCode, (string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["status"]);
    }
}
