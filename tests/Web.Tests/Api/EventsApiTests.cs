using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Web.Tests.Api;

/// <summary><c>/api/events</c>, with events that the sqlite sink has stored.</summary>
[Trait("Needs", "Process")]
public sealed class EventsApiTests : IAsyncLifetime
{
    private ExampleSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await ExampleSite.StartAsync();
        await ExampleSite.WhenAsync(async () => (await ReadAsync("")).Events.Count(e => e!["end"] is not null) >= 3, "three closed events");

        // No more events, so that pages are stable.
        await _site.Web.Host.Devices[0].StopAsync("the test reads now", TimeSpan.FromSeconds(30));
        await _site.Web.Host.Queue!.FlushAsync();
        await ExampleSite.WhenAsync(() => Task.FromResult(_site.Web.Host.Sinks[0].Counts.Waiting == 0), "delivery");
    }

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task Pages_have_each_event_once_open_ones_first_and_new_ones_first()
    {
        var (all, end) = await ReadAsync("?limit=1000");
        Assert.Null(end);
        var paged = new List<string>();
        for (string? after = null; ;)
        {
            var (events, next) = await ReadAsync($"?limit=2{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}");
            Assert.InRange(events.Count, 1, 2);
            paged.AddRange(events.Select(Id));
            if ((after = next) is null) break;
        }

        Assert.Equal(all.Select(Id), paged);
        var closed = all.SkipWhile(e => e!["end"] is null).ToList();
        Assert.DoesNotContain(closed, e => e!["end"] is null);
        Assert.Equal(closed.Select(Start).OrderDescending(), closed.Select(Start));
        Assert.All(closed, e => Assert.True((double)e!["duration_seconds"]! > 0));
    }

    [Fact]
    public async Task Filters_by_time_and_by_state()
    {
        var closed = (await ReadAsync("?limit=1000")).Events.Where(e => e!["end"] is not null).ToList();
        var middle = Start(closed[1]);
        var time = Uri.EscapeDataString(middle.ToString("O"));
        var later = (await ReadAsync($"?from={time}")).Events.Where(e => e!["end"] is not null);
        Assert.Equal(closed.Where(e => Start(e) >= middle).Select(Id), later.Select(Id));
        Assert.Equal(closed.Where(e => Start(e) < middle).Select(Id), (await ReadAsync($"?to={time}")).Events.Select(Id));
        var (open, next) = await ReadAsync("?open=true");
        Assert.All(open, e => Assert.Null(e!["end"]));
        Assert.Null(next);
    }

    [Theory]
    [InlineData("?limit=0", 400, "limit: expected a number from 1 to 1000")]
    [InlineData("?limit=1001", 400, "limit: expected a number from 1 to 1000")]
    [InlineData("?from=yesterday", 400, "from: expected a time such as")]
    [InlineData("?after=x", 400, "after: ")]
    [InlineData("?sink=histroy", 404, "no sink \"histroy\" that stores events is open: did you mean \"history\"?")]
    public async Task A_bad_request_is_answered_with_the_reason(string query, int status, string reason)
    {
        using var response = await _site.Web.Local.GetAsync($"/api/events{query}");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith(reason, (string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["detail"], StringComparison.Ordinal);
    }

    private static string Id(JsonNode? item) => (string)item!["id"]!;

    private static DateTime Start(JsonNode? item) => (DateTime)item!["start"]!;

    private async Task<(JsonArray Events, string? Next)> ReadAsync(string query)
    {
        var page = (await _site.Web.Local.GetFromJsonAsync<JsonNode>($"/api/events{query}"))!;
        return (page["events"]!.AsArray(), (string?)page["next"]);
    }
}
