using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Web.Live;

namespace PlantRuntime.Web.Tests.Live;

/// <summary>The stream of a running site, and the history, log and recipes of the page.</summary>
[Trait("Needs", "Process")]
public sealed class StreamTests : IAsyncLifetime
{
    private WebFixture _web = null!;

    public async Task InitializeAsync() => _web = await WebFixture.StartAsync();

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task A_stream_begins_with_everything_and_goes_on_with_changes()
    {
        using var stream = await OpenAsync();
        var (name, data) = await ReadAsync(stream);
        Assert.Equal(("tags", "line", "level"),
            (name, (string?)data["devices"]![0]!["name"], (string?)data["devices"]![0]!["tags"]![0]!["name"]));
        (name, data) = await ReadAsync(stream);
        Assert.Equal(("values", true, 8), (name, (bool)data["all"]!, data["changes"]!.AsArray().Count));
        (name, data) = await ReadAsync(stream);
        Assert.Equal(("status", "test"), (name, (string?)data["site"]));

        // The level is a constant, the speed changes at each scan; before its first scan a tag is bad.
        for (var i = 0; i < 30 && (name != "values" || data["changes"]!.AsArray().Count != 4); i++) (name, data) = await ReadAsync(stream);
        Assert.Equal((false, 4, 1), ((bool)data["all"]!, data["changes"]!.AsArray().Count, (int)data["changes"]![0]!));
    }

    [Fact]
    public async Task Only_so_many_streams_are_open_at_a_time_and_one_that_ends_makes_room()
    {
        var streams = new List<StreamReader>();
        for (var i = 0; i < LiveFeed.MaxStreams; i++) streams.Add(await OpenAsync());
        using var refused = await _web.Local.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Contains("64 pages are open", (string)problem["detail"]!, StringComparison.Ordinal);
        streams.ForEach(s => s.Dispose());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var response = await _web.Local.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (response.StatusCode == HttpStatusCode.OK) break;
        }
    }

    [Fact]
    public async Task The_end_of_the_host_ends_the_streams()
    {
        using var stream = await OpenAsync();
        await ReadAsync(stream);
        await _web.Web.DisposeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await stream.ReadLineAsync(patience.Token) is not null)
        {
        }
    }

    [Fact]
    public void A_reader_that_is_too_slow_loses_what_waits_and_gets_a_snapshot_when_it_reads_again()
    {
        var subscription = new StreamSubscription();
        var frame = new StreamFrame("x"u8);
        subscription.Post(frame);
        Assert.True(subscription.AwaitsSnapshot);
        subscription.PostSnapshot(frame);
        Assert.False(subscription.AwaitsSnapshot);
        Assert.True(subscription.ReadAsync(default).IsCompletedSuccessfully);
        for (var i = 0; i < 20; i++) subscription.Post(frame);
        Assert.False(subscription.AwaitsSnapshot);
        var next = subscription.ReadAsync(default);
        Assert.False(next.IsCompleted);
        Assert.True(subscription.AwaitsSnapshot);
        subscription.PostSnapshot(frame);
        subscription.Complete();
    }

    [Fact]
    public async Task The_history_has_points_of_numbers_between_two_times()
    {
        JsonNode found;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do found = (await _web.Local.GetFromJsonAsync<JsonNode>("/api/history?device=line&tag=level", patience.Token))!;
        while (found["points"]!.AsArray().Count < 2);
        Assert.Equal(1, (int)found["bucket_seconds"]!);
        Assert.Equal([5, 5, 5], found["points"]![0]!.AsArray().Skip(1).Select(v => (int)v!));
        var time = DateTimeOffset.FromUnixTimeMilliseconds((long)found["points"]![0]![0]!);
        Assert.InRange(time, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        found = (await _web.Local.GetFromJsonAsync<JsonNode>("/api/history?device=line&tag=level&to=2020-01-01T00:00:00Z"))!;
        Assert.Empty(found["points"]!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("device=line&tag=other"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync("device=line"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync("device=line&tag=level&from=yesterday"));

        async Task<HttpStatusCode> StatusAsync(string query) => (await _web.Local.GetAsync($"/api/history?{query}")).StatusCode;
    }

    [Fact]
    public async Task A_recipe_with_an_error_is_told_with_its_source_line()
    {
        var file = Path.Combine(_web.Folder, "recipes", "broken.csx");
        File.WriteAllText(file, "// first line\nPlant.line.Scans.Wher(s => true).To(Sinks.lines);\n");
        await _web.Log.WhenAsync("RECIPE name=recipes/broken.csx state=Failed");
        var recipes = (await _web.Local.GetFromJsonAsync<JsonArray>("/api/recipes"))!;
        var broken = recipes.Single(r => (string?)r!["file"] == "recipes/broken.csx")!;
        var error = broken["errors"]![0]!;
        Assert.StartsWith("recipes/broken.csx(2,", (string?)error["at"], StringComparison.Ordinal);
        Assert.Equal("Plant.line.Scans.Wher(s => true).To(Sinks.lines);", (string?)error["source"]);
        Assert.Empty(recipes.Single(r => (string?)r!["file"] == "recipes/all.csx")!["errors"]!.AsArray());
    }

    [Fact]
    public async Task The_last_exception_of_a_recipe_is_told_with_its_source_line()
    {
        File.WriteAllText(Path.Combine(_web.Folder, "recipes", "throws.csx"),
            "Plant.line.Scans\n    .Where(s => int.Parse(\"x\" + s.Time) > 0)\n    .To(Sinks.lines);\n");
        await _web.Log.WhenAsync("FAULT recipe=recipes/throws.csx");
        var recipes = (await _web.Local.GetFromJsonAsync<JsonArray>("/api/recipes"))!;
        var recipe = recipes.Single(r => (string?)r!["file"] == "recipes/throws.csx")!;
        Assert.Contains("FormatException", (string?)recipe["last_fault"]!["message"], StringComparison.Ordinal);
        Assert.Contains("int.Parse", (string?)recipe["last_fault"]!["source"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_address_cannot_take_the_places_of_all_others()
    {
        var streams = new List<Stream>();
        try
        {
            while (streams.Count < LiveFeed.MaxStreams && await TryOpenAsync() is { } stream) streams.Add(stream);
            Assert.InRange(streams.Count, 16, LiveFeed.MaxStreams - 8);
            using var other = await OpenAsync();
        }
        finally
        {
            foreach (var stream in streams) await stream.DisposeAsync();
        }

        async Task<Stream?> TryOpenAsync()
        {
            var response = await _web.Client.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead);
            if (response.IsSuccessStatusCode) return await response.Content.ReadAsStreamAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("for one address", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            return null;
        }
    }

    private async Task<StreamReader> OpenAsync() => new(await _web.Local.GetStreamAsync("/api/stream"));

    private static async Task<(string Name, JsonNode Data)> ReadAsync(StreamReader stream)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var name = await stream.ReadLineAsync(patience.Token);
        var data = await stream.ReadLineAsync(patience.Token);
        Assert.Equal("", await stream.ReadLineAsync(patience.Token));
        return (name!["event: ".Length..], JsonNode.Parse(data!["data: ".Length..])!);
    }
}
