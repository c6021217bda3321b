using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Web.Tests.Api;

/// <summary>The routes of the API against a running site: what each returns, who may call it, and how bad requests are answered.</summary>
[Trait("Needs", "Process")]
public sealed class ApiTests(ApiTests.Site site) : IClassFixture<ApiTests.Site>
{
    private readonly WebFixture _web = site.Web;

    [Fact]
    public async Task The_status_names_site_devices_sinks_and_recipes()
    {
        var status = (await _web.Client.GetFromJsonAsync<JsonNode>("/api/status"))!;
        Assert.Equal(("test", "ok"), ((string?)status["site"], (string?)status["health"]));
        var device = status["devices"]![0]!;
        Assert.Equal(("line", "simulator", "Running"), ((string?)device["name"], (string?)device["driver"], (string?)device["state"]));
        Assert.True((long)device["scans"]! > 0);
        Assert.Equal(("lines", "queued"), ((string?)status["sinks"]![0]!["name"], (string?)status["sinks"]![0]!["delivery"]));
        Assert.Equal(("recipes/all.csx", 1), ((string?)status["recipes"]![0]!["file"], (int?)status["recipes"]![0]!["version"]));
    }

    [Fact]
    public async Task Tags_have_value_quality_unit_time_and_description()
    {
        var tags = (await _web.Client.GetFromJsonAsync<JsonArray>("/api/tags"))!;
        Assert.Equal(["level", "speed"], tags.Select(t => (string)t!["tag"]!));
        Assert.Equal(
            ("line", 5, "GOOD", "m"),
            ((string?)tags[0]!["device"], (int?)tags[0]!["value"], (string?)tags[0]!["quality"], (string?)tags[0]!["unit"]));
        Assert.InRange((DateTime)tags[0]!["time"]!, DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow);
        Assert.Equal("of the belt", (string?)tags[1]!["description"]);
        Assert.Empty((await _web.Client.GetFromJsonAsync<JsonArray>("/api/tags?bad=true"))!);
        using var unknown = await _web.Client.GetAsync("/api/tags?device=other");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        var last = (await _web.Client.GetFromJsonAsync<JsonNode>("/api/last"))!;
        Assert.Equal(5, (int)last["line"]!["tags"]!["level"]!);
    }

    [Theory]
    [InlineData("GET", "/api/site")]
    [InlineData("POST", "/api/restart")]
    [InlineData("POST", "/api/queue/delete")]
    [InlineData("POST", "/api/devices/line/read")]
    [InlineData("POST", "/api/recordings")]
    [InlineData("POST", "/api/devices/line/tags/level")]
    public async Task An_anonymous_viewer_changes_nothing(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var response = await _web.Client.SendAsync(request);
        Assert.True(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{response.StatusCode}");
    }

    [Theory]
    [InlineData("/api/restart", "{\"name\":\"lime\"}", 404, "no device or sink \"lime\" in the running site: did you mean \"line\"?")]
    [InlineData("/api/restart", "{}", 400, "the body lacks the text \"name\"")]
    [InlineData("/api/restart", "{\"name\":5}", 400, "the body lacks the text \"name\"")]
    [InlineData("/api/restart", "[1]", 400, "the body is a JSON object")]
    [InlineData("/api/restart", "{\"name\":", 400, "the body is not JSON")]
    [InlineData("/api/devices/lime/read", "{\"tags\":[]}", 404, "no device \"lime\" in the running site: did you mean \"line\"?")]
    [InlineData("/api/devices/line/read", "{\"tags\":[5]}", 400, "\"tags\" is a list of { name, address, type }")]
    [InlineData("/api/devices/line/tags/level", "{}", 400, "the body lacks \"value\"")]
    [InlineData("/api/devices/line/tags/level", "{\"value\":{}}", 400, "a value is a number, true, false, a text or a list of these")]
    [InlineData("/api/queue/retry", "{\"ids\":[\"x\"]}", 400, "\"ids\" is a list of numbers")]
    [InlineData("/api/queue/delete", "{\"id\":[1]}", 400, "unknown field \"id\": did you mean \"ids\"?")]
    [InlineData("/api/devices/line/tags/level", "{\"value\":1,\"value\":2}", 400, "the body is not JSON")]
    [InlineData("/api/devices/line/read", "{\"tags\":[{\"name\":\"a\",\"address\":\"bogus\"}]}", 400, "a: ")]
    [InlineData("/api/queue/delete", "{\"sink\":\"limes\"}", 404, "no sink \"limes\" has a queue: did you mean \"lines\"?")]
    [InlineData("/api/queue/move", "{\"from\":\"lines\",\"to\":\"x\"}", 409, "\"lines\" is a sink of the site and delivers its records itself")]
    [InlineData("/api/queue/move", "{\"from\":\"line\",\"to\":\"lines\"}", 404, "the queue knows no sink \"line\"")]
    [InlineData("/api/queue/move", "{\"from\":\"lines\"}", 400, "the body lacks the text \"to\"")]
    [InlineData("/api/queue/move", "{\"from\":\"lines\",\"to\":\"lines\"}", 400, "\"from\" and \"to\" are the same sink")]
    [InlineData("/api/queue/forget", "{\"sink\":\"lines\"}", 409, "\"lines\" is a sink of the site")]
    [InlineData("/api/queue/forget", "{\"sinks\":\"lines\"}", 400, "unknown field \"sinks\": did you mean \"sink\"?")]
    [InlineData("/api/recordings", "{\"devices\":[\"lime\"]}", 409, "no device \"lime\" in the running site: did you mean \"line\"?")]
    [InlineData("/api/recordings", "{\"devices\":\"line\"}", 400, "\"devices\" is a list of texts")]
    public async Task A_bad_request_is_answered_with_status_and_reason(string path, string body, int status, string reason)
    {
        var response = await _web.Local.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(reason, (string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_by_its_type_is_not_read()
    {
        var response = await _web.Local.PostAsync("/api/restart", new StringContent("{\"name\":\"line\"}", Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_device_is_read_restarted_and_described_through_the_socket()
    {
        var tags = new JsonArray(new JsonObject { ["name"] = "x", ["address"] = "const 7" });
        var samples = await SiteClient.PostAsync(_web.Folder, "/api/devices/line/read", new JsonObject { ["tags"] = tags }, default);
        Assert.Equal(7, (int)samples[0]!["value"]!);
        var kind = await SiteClient.PostAsync(_web.Folder, "/api/restart", new JsonObject { ["name"] = "line" }, default);
        Assert.Equal("device", (string?)kind["kind"]);
        await _web.WhenScannedAsync(1);
        Assert.Equal("Running", (string?)(await SiteClient.GetAsync(_web.Folder, "/api/devices/line", default))["state"]);
    }

    [Fact]
    public async Task A_long_value_is_short_in_the_audit_log_and_a_slash_in_a_tag_is_a_slash()
    {
        var request = new JsonObject { ["value"] = new string('A', 50_000) };
        var answer = await SiteClient.PostAsync(_web.Folder, "/api/devices/line/tags/a%2Fb", request, default);
        Assert.Equal(("refused", "no tag \"a/b\" in device line"), ((string?)answer["outcome"], (string?)answer["reason"]));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Entry() is null) await Task.Delay(10, patience.Token);
        var entry = Entry()!;
        Assert.InRange(entry.Length, 200, 1000);
        Assert.Contains("AAA… (50002 bytes)", entry, StringComparison.Ordinal);

        string? Entry() => !File.Exists(_web.Audit) ? null
            : File.ReadLines(_web.Audit).FirstOrDefault(l => l.Contains("a/b", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_recording_ends_on_request_with_all_its_lines()
    {
        using var answer = await SiteClient.OpenAsync(_web.Folder, HttpMethod.Post, "/api/recordings", new JsonObject(), default);
        Assert.Contains("plant-capture", await answer.Lines.ReadLineAsync(), StringComparison.Ordinal);
        for (var i = 0; i < 3; i++) Assert.StartsWith("{\"d\":\"line\"", await answer.Lines.ReadLineAsync(), StringComparison.Ordinal);
        using (await SiteClient.OpenAsync(_web.Folder, HttpMethod.Delete, answer.Location!, null, default))
        {
        }

        var rest = (await answer.Lines.ReadToEndAsync()).TrimEnd().Split('\n');
        Assert.Equal("{\"lost\":0}", rest[^1]);
    }

    [Fact]
    public async Task A_recording_whose_reader_is_gone_ends()
    {
        var answer = await SiteClient.OpenAsync(_web.Folder, HttpMethod.Post, "/api/recordings", new JsonObject(), default);
        await answer.Lines.ReadLineAsync();
        var ended = _web.Log.All.Count(l => l.Contains("RECORDED", StringComparison.Ordinal));
        answer.Dispose();
        await _web.Log.WhenAsync("RECORDED", ended + 1);
    }

    [Fact]
    public async Task A_refusal_reaches_the_user_of_a_command()
    {
        var failure = await Assert.ThrowsAsync<SiteClientException>(
            () => SiteClient.PostAsync(_web.Folder, "/api/restart", new JsonObject { ["name"] = "EVIL\n\u001b[31m\u202e" }, default));
        Assert.StartsWith("no device or sink \"EVIL\\n\\u001B[31m\\u202E\"", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<SiteClientException>(() => SiteClient.GetAsync(_web.Folder, "/api/none", default));
        Assert.Contains("nothing at this path: /openapi.json lists", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<SiteClientException>(() => SiteClient.GetAsync("/nowhere", "/api/status", default));
        Assert.StartsWith("no host runs this site (nothing answers at /nowhere/data/host.sock)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_answered_without_login_and_its_own_address_answers_nothing_else()
    {
        Assert.Equal("ok", (string?)(await _web.Client.GetFromJsonAsync<JsonNode>("/health"))!["status"]);
        var port = ClosedPort.Find();
        await using var other = await WebFixture.StartAsync($"""
            [site]
            name = "other"
            health = "127.0.0.1:{port}"
            [devices.line]
            driver = "simulator"
              [devices.line.tags]
              a = "const 1"
            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Equal("other", (string?)(await client.GetFromJsonAsync<JsonNode>("/health"))!["site"]);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/status")).StatusCode);
    }

    /// <summary>One site for all tests of the class, which leave it as it is.</summary>
    public sealed class Site : IAsyncLifetime
    {
        internal WebFixture Web { get; private set; } = null!;

        public async Task InitializeAsync() => Web = await WebFixture.StartAsync();

        public async Task DisposeAsync() => await Web.DisposeAsync();
    }
}
