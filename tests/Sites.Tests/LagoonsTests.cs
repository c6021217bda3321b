using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>
/// sites/lagoons, as its README says: node-opcua's server with a signed and encrypted channel, and three of the tests' own controllers.
/// </summary>
[Trait("Needs", "Server")]
public class LagoonsTests
{
    private const string User = "collector";
    private const string Password = "for the lagoons";
    private const string NorthLevel = "\"Lagoon_North\".\"Level\"";

    [SkippableFact]
    public async Task The_server_is_refused_then_trusted_and_each_change_is_a_row()
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-opcua")), "run npm ci in tests/peers");
        using var site = SiteFolder.CopyOf("lagoons");
        await using var controllers = await LagoonControllers.StartAsync(site);
        await using var server = await PeerProcess.StartAsync("node", "opcua_server.js", JsonSerializer.Serialize(Server()),
            TimeSpan.FromMinutes(3));
        site.Replace("site.toml", "4840", $"{server.Port}");
        site.Replace("site.toml", "publish       = \"1s\"", "publish       = \"50ms\"");
        site.Replace("site.toml", "timeout       = \"5s\"", "timeout       = \"30s\"");
        var environment = SiteFolder.ExampleEnvironment("lagoons");
        (environment["OPCUA_HOST"], environment["OPCUA_USER"], environment["OPCUA_PASSWORD"]) = ("127.0.0.1", User, Password);
        controllers.AddTo(environment);

        var (exit, output) = await PlantProcess.RunAsync(environment, "doctor", site.Path);
        Assert.True(exit == 1, output);
        Assert.Contains("plant trust", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync(environment, "trust", site.Path, "plant", "--yes");
        Assert.True(exit == 0, output);
        (exit, output) = await PlantProcess.RunAsync(environment, "doctor", site.Path);
        Assert.True(exit == 0, output);

        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        await plant.WhenAsync("CONNECTED sink=history");
        foreach (var level in (string[])["1.5", "3.75", "2.25"])
        {
            Assert.Equal("OK", await server.AskAsync($"set {NorthLevel} {level}"));
            await WhenStoredAsync(site, $"json_extract(json, '$.tags.north_level') = {level}");
        }

        // Out of its range: no value is stored instead of a wrong one.
        Assert.Equal("OK", await server.AskAsync($"set {NorthLevel} 4.5"));
        await WhenStoredAsync(site, "device = 'plant' AND json_extract(json, '$.tags.north_level') IS NULL");

        await server.DisposeAsync();
        await plant.WhenAsync("RECONNECT plant=5 device=plant ");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END sink=history produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
        Assert.DoesNotContain(Password, plant.Output, StringComparison.Ordinal);
        var first = JsonDocument.Parse((await Tool.LinesAsync("sqlite3", "-batch", site.At("data/lagoons.db"),
            "SELECT json FROM records WHERE device = 'plant' ORDER BY rowid LIMIT 1"))[0]).RootElement;
        Assert.Equal(["plant_id", "source", "timestamp", "tags"], first.EnumerateObject().Select(p => p.Name));
        var tags = first.GetProperty("tags");
        Assert.Equal((true, 17.5, false), (tags.GetProperty("north_pump").GetBoolean(), tags.GetProperty("south_temperature").GetDouble(),
            tags.GetProperty("south_pump").GetBoolean()));
    }

    /// <summary>The OPC UA server is missing all the time, which touches neither records nor events.</summary>
    [SkippableFact]
    public async Task A_valve_is_a_row_while_it_is_open_over_restarts_and_kills_and_each_controller_is_alone()
    {
        using var site = SiteFolder.CopyOf("lagoons");
        await using var controllers = await LagoonControllers.StartAsync(site);
        site.Replace("site.toml", "4840", "1");
        var environment = SiteFolder.ExampleEnvironment("lagoons");
        environment["OPCUA_HOST"] = "127.0.0.1";
        controllers.AddTo(environment);
        await using (var plant = PlantProcess.Start(environment, "run", site.Path))
        {
            await plant.WhenAsync("CONNECTED sink=history");
            foreach (var name in LagoonControllers.Names) await WhenStoredAsync(site, $"json_extract(json, '$.plc') = '{name}'");
            await controllers.SetValvesAsync(1, true, false, true);
            await controllers.SetValvesAsync(2, false, true, false);
            await WhenEventsAsync(site, "lagoon_1 valve_drain open", "lagoon_1 valve_intake open", "lagoon_2 valve_backwash open");

            // One controller falls silent; the other two are read and tell their valves.
            await controllers.SilenceAsync(2);
            await plant.WhenAsync("RECONNECT plant=5 device=lagoon_2 ");
            await controllers.SetValvesAsync(3, true, false, false);
            await WhenEventsAsync(site, "lagoon_1 valve_drain open", "lagoon_1 valve_intake open", "lagoon_2 valve_backwash open",
                "lagoon_3 valve_intake open");
            await controllers.SetValvesAsync(3, false, false, false);
            await controllers.SetValvesAsync(1, true, false, false);
            await WhenEventsAsync(site, "lagoon_1 valve_drain closed", "lagoon_1 valve_intake open", "lagoon_2 valve_backwash open",
                "lagoon_3 valve_intake closed");

            // The host may not have saved that the valve is open: it is killed within the 10 s in which it does.
            await controllers.SetValvesAsync(3, false, false, true);
            await WhenEventsAsync(site, "lagoon_1 valve_drain closed", "lagoon_1 valve_intake open", "lagoon_2 valve_backwash open",
                "lagoon_3 valve_drain open", "lagoon_3 valve_intake closed");
            await plant.SignalAsync("KILL");
            await plant.WhenExitedAsync();
        }

        var before = await EventsAsync(site, "SELECT id, start_time FROM events ORDER BY id");
        await using (var plant = PlantProcess.Start(environment, "run", site.Path))
        {
            foreach (var name in (string[])["lagoon_1", "lagoon_3"]) await plant.WhenAsync($"OK plant=5 device={name} ");

            // A copy that another program makes meanwhile is whole.
            await Tool.RunAsync("sqlite3", site.At("data/events.db"), ".timeout 30000", $".backup '{site.At("backup.db")}'");
            Assert.Equal(["ok"], await Tool.LinesAsync("sqlite3", "-batch", site.At("backup.db"), "PRAGMA integrity_check"));
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
        }

        await using (var plant = PlantProcess.Start(environment, "run", site.Path))
        {
            foreach (var name in (string[])["lagoon_1", "lagoon_3"]) await plant.WhenAsync($"OK plant=5 device={name} ");
            await controllers.SetValvesAsync(1, false, false, false);
            await controllers.SetValvesAsync(3, false, false, false);
            await WhenEventsAsync(site, "lagoon_1 valve_drain closed", "lagoon_1 valve_intake closed", "lagoon_2 valve_backwash open",
                "lagoon_3 valve_drain closed", "lagoon_3 valve_intake closed");
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
            Assert.Matches(@"END sink=events produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
        }

        Assert.Equal(before, await EventsAsync(site, "SELECT id, start_time FROM events ORDER BY id"));
        Assert.Equal(["0"], await EventsAsync(site, """
            SELECT count(*) FROM events WHERE end_time IS NOT NULL
              AND abs((julianday(end_time) - julianday(start_time)) * 86400 - duration) > 0.01
            """));
    }

    [SkippableFact]
    public async Task The_page_needs_a_login_and_has_the_paths_of_the_monitor_before()
    {
        using var site = SiteFolder.CopyOf("lagoons");
        await using var controllers = await LagoonControllers.StartAsync(site);
        site.Replace("site.toml", "4840", "1");
        var environment = SiteFolder.ExampleEnvironment("lagoons");
        environment["OPCUA_HOST"] = "127.0.0.1";
        controllers.AddTo(environment);
        var (exit, output) = await PlantProcess.RunUserAsync(Password, "add", site.Path, "ana", "--role", "viewer");
        Assert.True(exit == 0, output);
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        using var page = await SitePage.OpenAsync(plant);
        foreach (var name in LagoonControllers.Names) await WhenStoredAsync(site, $"json_extract(json, '$.plc') = '{name}'");
        await controllers.SetValvesAsync(2, false, true, false);
        await WhenEventsAsync(site, "lagoon_2 valve_backwash open");

        foreach (var path in (string[])["/data", "/api/events", "/events"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync(path)).StatusCode);
        Assert.Contains("<script", await page.GetStringAsync("/"), StringComparison.Ordinal);
        var login = await page.PostAsJsonAsync("/api/login", new { user = "ana", password = "not the password" });
        Assert.Equal(HttpStatusCode.Unauthorized, login.StatusCode);
        login = await page.PostAsJsonAsync("/api/login", new { user = "ana", password = Password });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);

        var data = await page.GetFromJsonAsync<JsonElement>("/data");
        Assert.Equal(["lagoon_1", "lagoon_2", "lagoon_3", "plant"], data.EnumerateObject().Select(p => p.Name));
        Assert.Equal(2.5, data.GetProperty("lagoon_1").GetProperty("tags").GetProperty("level").GetDouble());
        var open = (await page.GetFromJsonAsync<JsonElement>("/api/events?open=true")).GetProperty("events");
        Assert.Equal(("lagoon_2", "valve_backwash"), (open[0].GetProperty("device").GetString(), open[0].GetProperty("tag").GetString()));
        Assert.Equal(JsonValueKind.Null, open[0].GetProperty("end").ValueKind);
        Assert.Equal("./#events", (await page.GetAsync("/events")).Headers.Location?.OriginalString);
        Assert.Matches(@"(?m)^plant_device_up\{device=""lagoon_2""[^}]*\} 1", await page.GetStringAsync("/metrics"));
        var restart = await page.PostAsJsonAsync("/api/restart", new { name = "lagoon_1" });
        Assert.Equal(HttpStatusCode.Forbidden, restart.StatusCode);
    }

    [Fact]
    public async Task Without_settings_the_page_is_on_port_5000_of_all_addresses_with_tls_and_without_anonymous_readers()
    {
        var (exit, output) = await PlantProcess.RunAsync(
            SiteFolder.ExampleEnvironment("lagoons"), "config", SiteFolder.Committed("lagoons"));
        Assert.True(exit == 0, output);
        foreach (var line in (string[])
        [
            "listen = \"0.0.0.0:5000\"", "# anonymous is not set", "behind_proxy = false", "security_mode = \"SignAndEncrypt\"",
        ])
            Assert.Matches($"(?m)^{Regex.Escape(line)} ", output);
    }

    /// <summary>Waits until the table of events has exactly these, by device and tag.</summary>
    private static async Task WhenEventsAsync(SiteFolder site, params string[] expected)
    {
        const string Sql = """
            SELECT device || ' ' || tag || CASE WHEN end_time IS NULL THEN ' open' ELSE ' closed' END FROM events ORDER BY device, tag, rowid
            """;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var rows = "";
        while (rows != string.Join('\n', expected))
        {
            Assert.False(limit.IsCancellationRequested, $"expected {string.Join(", ", expected)}, found {rows}");
            await Task.Delay(50);
            rows = (await Tool.TryAsync("sqlite3", "-batch", "-readonly", site.At("data/events.db"), Sql)).Output.Trim();
        }
    }

    private static Task<string[]> EventsAsync(SiteFolder site, string sql) =>
        Tool.LinesAsync("sqlite3", "-batch", site.At("data/events.db"), sql);

    private static object Server() => new
    {
        security = true, anonymous = false, user = User, password = Password,
        variables = new[]
        {
            Variable(NorthLevel, "Float", 2.5), Variable("\"Lagoon_North\".\"Temperature\"", "Float", 21.5),
            Variable("\"Lagoon_North\".\"Pump_Running\"", "Boolean", true), Variable("\"Lagoon_South\".\"Level\"", "Float", 3),
            Variable("\"Lagoon_South\".\"Temperature\"", "Float", 17.5), Variable("\"Lagoon_South\".\"Pump_Running\"", "Boolean", false),
        },
    };

    private static object Variable(string id, string dataType, object value) =>
        new { uri = "http://www.siemens.com/simatic-s7-opcua", id, dataType, value };

    /// <summary>Waits until the table has such a row.</summary>
    private static async Task WhenStoredAsync(SiteFolder site, string condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await Tool.TryAsync("sqlite3", "-batch", "-readonly", site.At("data/lagoons.db"),
            $"SELECT rowid FROM records WHERE {condition}") is not { ExitCode: 0, Output.Length: > 0 })
        {
            Assert.False(limit.IsCancellationRequested, $"no row with {condition}");
            await Task.Delay(50);
        }
    }
}
