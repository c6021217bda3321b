using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Storage;
using PlantRuntime.Web.Tests.Access;

namespace PlantRuntime.Web.Tests.Live;

/// <summary><c>/api/history</c> over days, from a sqlite sink of a running site.</summary>
[Trait("Needs", "Process")]
public sealed class StoredHistoryTests : IAsyncLifetime
{
    /// <summary>A site with a sink <c>history</c> that stores the device <c>line</c>.</summary>
    public const string SiteToml = WebFixture.SiteToml + "\n[sinks.history]\nsink = \"sqlite\"\npath = \"data/history.db\"\n";

    private readonly DateTime _now = TimeProvider.System.GetUtcNow().UtcDateTime;
    private WebFixture _web = null!;

    public async Task InitializeAsync() =>
        _web = await WebFixture.StartAsync(SiteToml, "Plant.line.Scans.To(Sinks.history);", site => Fill(site.At("data/history.db"), _now));

    public async Task DisposeAsync() => await _web.DisposeAsync();

    /// <summary>
    /// Writes the speed of the last two days, one value a minute: the minute of the day, bad from the 600th to the 660th one before now.
    /// </summary>
    internal static void Fill(string file, DateTime now)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var database = Database.Open(file, TimeSpan.FromSeconds(5));
        database.Execute("""
            CREATE TABLE samples (time TEXT NOT NULL, site TEXT NOT NULL, device TEXT NOT NULL, tag TEXT NOT NULL,
              value, text TEXT, quality TEXT NOT NULL, unit TEXT NOT NULL)
            """);
        database.Execute("BEGIN");
        for (var minute = 2 * 1440; minute > 10; minute--)
        {
            var time = now.AddMinutes(-minute).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            var values = minute is >= 600 and < 660 ? "NULL, NULL, 'BAD_COMM'" : $"{minute}, NULL, 'GOOD'";
            database.Execute($"INSERT INTO samples VALUES ('{time}', 'test', 'line', 'speed', {values}, '1/min')");
        }

        database.Execute("COMMIT");
    }

    [Fact]
    public async Task A_range_that_begins_before_memory_comes_from_the_sink_in_buckets()
    {
        var found = await ReadAsync("speed", _now.AddDays(-1), _now, points: 24);
        Assert.Equal(("history", 3600), ((string?)found["sink"], (int)found["bucket_seconds"]!));
        Assert.True((bool)found["complete"]! && !(bool)found["thinned"]!);
        Assert.Equal(_now.AddDays(-2), Time(found["oldest"]), TimeSpan.FromMinutes(2));
        var points = found["points"]!.AsArray();
        Assert.InRange(points.Count, 24, 25);
        Assert.All(points, point => Assert.Equal(0, Time(point![0]).Minute));
        Assert.Equal(points.Select(p => (long)p![0]!).Order(), points.Select(p => (long)p![0]!));

        // 60 values of a whole hour, which fall from minute to minute.
        var whole = points[3]!.AsArray();
        Assert.Equal((59, (double)whole[1]!), ((double)whole[2]! - (double)whole[1]!, (double)whole[3]!));

        // The first and the last bucket may reach 10 minutes beyond the range.
        var gap = await ReadAsync("speed", _now.AddMinutes(-640), _now.AddMinutes(-615), points: 5);
        Assert.All(gap["points"]!.AsArray(), point => Assert.All(point!.AsArray().Skip(1), Assert.Null));
        Assert.NotEmpty(gap["points"]!.AsArray());
    }

    [Fact]
    public async Task A_tag_that_no_sink_has_and_a_range_in_memory_come_from_memory()
    {
        await _web.WhenScannedAsync(2);
        var found = (await _web.Local.GetFromJsonAsync<JsonNode>("/api/history?device=line&tag=speed"))!;
        Assert.Null(found["sink"]);
        using var response = await _web.Local.GetAsync(
            $"/api/history?device=line&tag=speed&from={Text(_now.AddYears(-20))}&to={Text(_now)}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var status = (await _web.Local.GetFromJsonAsync<JsonNode>("/api/status"))!;
        Assert.Equal([(false, true), (true, true)], status["sinks"]!.AsArray().Select(s => ((bool)s!["has_history"]!, (bool)s["file"]!)));
    }

    [Fact]
    public async Task While_the_sink_is_not_open_the_range_comes_from_memory()
    {
        await _web.Host.Sinks[1].StopAsync(TimeSpan.FromSeconds(30));
        Assert.Null((await ReadAsync("speed", _now.AddDays(-1), _now, points: 24))["sink"]);
    }

    [Fact]
    public async Task A_file_that_is_damaged_is_the_reason_of_the_refusal()
    {
        var file = Path.Combine(_web.Folder, "data", "history.db");
        await File.WriteAllTextAsync(file, new string('x', 8192));
        var (status, detail) = await AccessFixture.RefusalAsync(
            _web.Local.GetAsync($"/api/history?device=line&tag=speed&from={Text(_now.AddDays(-1))}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("sink history: ", detail, StringComparison.Ordinal);
        await _web.WhenScannedAsync(3);
    }

    private async Task<JsonNode> ReadAsync(string tag, DateTime from, DateTime to, int points) =>
        (await _web.Local.GetFromJsonAsync<JsonNode>(
            $"/api/history?device=line&tag={tag}&from={Text(from)}&to={Text(to)}&points={points}"))!;

    private static string Text(DateTime time) => Uri.EscapeDataString(time.ToString("O"));

    private static DateTime Time(JsonNode? milliseconds) => DateTime.UnixEpoch.AddMilliseconds((long)milliseconds!);
}
