using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Engine.Tests.Reload;

/// <summary>Mirrors and decoded blocks when the version before is back, with snap7's server as both PLCs.</summary>
[Trait("Needs", "Server")]
public class BlockRollbackTests
{
    private const string Recipe = """
        var db = Plant.press.Block("DB1", bytes: 2);
        db.MirrorTo(Plant.lab.Block("DB2"), every: 20.Milliseconds);
        var scans = db.Decode(every: 20.Milliseconds, new BlockTag("count", 0, DataType.Int)).Where(s => s.Failure is null);
        scans.OnChange().Payload(s => new { v = 1, count = s["count"].Int }).To(Sinks.lines);
        scans.Payload(s => new { n = s.Number }).To(Sinks.numbers);
        """;

    private const string Throwing = "count = s[\"count\"].Int == 8 ? throw new FormatException(\"eight\") : s[\"count\"].Int";

    [SkippableFact]
    public async Task A_mirror_runs_through_it_one_that_came_ends_and_a_decoded_block_goes_on_where_it_was()
    {
        await using var server = await ServeAsync();
        using var client = new Snap7Client(server);
        using var site = NewSite(server, Recipe);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await WhenAsync(site, """{"v":1,"count":7}""");

        site.Write("recipes/press.csx", Recipe.Replace("v = 1, count = s[\"count\"].Int", $"v = 2, {Throwing}", StringComparison.Ordinal)
            .Replace("var scans", "db.MirrorTo(Plant.lab.Block(\"DB3\"), every: 20.Milliseconds);\nvar scans", StringComparison.Ordinal));
        await fixture.Log.WhenAsync("MIRROR from=press.DB1 to=lab.DB3");
        await fixture.Log.WhenAsync("RECIPE name=recipes/press.csx state=Running version=2");
        await client.WriteAsync("DB", 1, 0, "0008");
        await fixture.Log.WhenAsync("BACK recipe=recipes/press.csx version=1 failed=2 FormatException: eight");
        await fixture.Log.WhenAsync("END mirror from=press.DB1 to=lab.DB3");
        await client.WriteAsync("DB", 1, 0, "0009");
        await WhenAsync(site, """{"v":1,"count":9}""");
        await MirrorsAsync(client, "0009");
        Assert.NotEqual("0009", await client.ReadAsync("DB", 3, 0, 2));
        await fixture.DisposeAsync();

        // Scans that the failed version had run are not run again, and no record of the version before comes twice.
        Assert.Equal(["""{"v":1,"count":7}""", """{"v":1,"count":9}"""], site.Lines("data/lines.jsonl"));
        var numbers = site.Lines("data/numbers.jsonl");
        Assert.Equal(numbers.OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal).Distinct(), numbers);
        Assert.Equal((1, 1), (Count(fixture, "MIRROR from=press.DB1 to=lab.DB2"), Count(fixture, "END mirror from=press.DB1 to=lab.DB2")));
        Assert.All(fixture.Host.Devices, d => Assert.Equal(1, d.Status.Connects));
    }

    [SkippableFact]
    public async Task They_go_back_with_the_site_too()
    {
        await using var server = await ServeAsync();
        using var client = new Snap7Client(server);
        using var site = NewSite(server, Recipe.Replace("count = s[\"count\"].Int", Throwing, StringComparison.Ordinal));
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await WhenAsync(site, """{"v":1,"count":7}""");

        await fixture.EditAsync("poll = \"100ms\" # press", "poll = \"200ms\" # press", 1);
        await fixture.Log.WhenAsync("OK device=press", 2);
        await client.WriteAsync("DB", 1, 0, "0008");
        await fixture.Log.WhenAsync("SITE state=Back");
        await client.WriteAsync("DB", 1, 0, "0009");
        await WhenAsync(site, """{"v":1,"count":9}""");
        await MirrorsAsync(client, "0009");
        Assert.Equal(TimeSpan.FromSeconds(0.1), fixture.Host.Devices[0].Model.Poll);
        Assert.Equal((3, 1), (fixture.Host.Devices[0].Status.Connects, fixture.Host.Devices[1].Status.Connects));
        Assert.Equal((1, 1), (fixture.Host.Recipes.Slots[0].Version, Count(fixture, "MIRROR from=press.DB1 to=lab.DB2")));
    }

    [SkippableFact]
    public async Task A_device_that_does_not_answer_by_its_new_settings_is_no_reason_to_go_back()
    {
        await using var server = await ServeAsync();
        using var site = NewSite(server, """
            Plant.press.Scans.Payload(s => new { count = s.Failure is null ? s["count"].Int : throw new FormatException("no answer") }).To(Sinks.lines);
            """);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await WhenAsync(site, """{"count":7}""");
        await fixture.EditAsync($"port = {server.Port}\npoll = \"100ms\" # press", "port = 1\npoll = \"100ms\" # press", 1);
        await fixture.Log.WhenAsync("FAULT recipe=recipes/press.csx FormatException: no answer");
        await fixture.EditAsync("port = 1\n", $"port = {server.Port}\n", 2);
        await fixture.Log.WhenAsync("OK device=press", 2);
        Assert.Equal((0, 3), (Count(fixture, "BACK"), fixture.Host.Recipes.Slots[0].Version));
    }

    private static Task<PeerProcess> ServeAsync() => Snap7Process.StartAsync(
        new ServedBytes("DB", 1, 0, "SIZE", "4"), new ServedBytes("DB", 1, 0, "INT", "7"), new ServedBytes("DB", 2, 0, "SIZE", "4"),
        new ServedBytes("DB", 3, 0, "SIZE", "4"));

    private static SiteFolder NewSite(PeerProcess server, string recipe)
    {
        string Plc(string name, string rest) =>
            $"[devices.{name}]\ndriver = \"s7\"\nhost = \"127.0.0.1\"\nport = {server.Port}\npoll = \"100ms\" # {name}\n{rest}\n\n";
        var site = new SiteFolder("[site]\nname = \"test\"\n\n" + Plc("press", "tags = { count = \"DB1.DBW0:INT\" }")
            + Plc("lab", "blocks = \"write\"\ntags = { copy = \"DB2.DBW0:INT\" }")
            + "[sinks.lines]\nsink = \"jsonl\"\npath = \"data/lines.jsonl\"\n"
            + "\n[sinks.numbers]\nsink = \"jsonl\"\npath = \"data/numbers.jsonl\"\n");
        site.Write("recipes/press.csx", recipe);
        return site;
    }

    private static int Count(SiteHostFixture fixture, string words) =>
        fixture.Log.All.Count(l => l.Contains(words, StringComparison.Ordinal));

    private static Task MirrorsAsync(Snap7Client client, string hex) =>
        SiteHostFixture.WhenAsync(async () => await client.ReadAsync("DB", 2, 0, 2) == hex, hex);

    private static Task WhenAsync(SiteFolder site, string line) =>
        SiteHostFixture.WhenAsync(() => Task.FromResult(site.Lines("data/lines.jsonl").Contains(line)), line);
}
