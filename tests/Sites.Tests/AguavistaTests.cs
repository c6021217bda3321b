using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>sites/aguavista from the tests' own CompactLogix to a file, an SQLite file and a PostgreSQL server.</summary>
[Trait("Needs", "Server")]
public class AguavistaTests
{
    private const string Password = "for-the-collector";
    private const string Buffer = "data/buffer.jsonl";
    private const string Samples = """
        SELECT to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), tag, value, text, quality
        FROM samples ORDER BY time, tag COLLATE "C"
        """;

    private static readonly object s_program = new
    {
        controller = "compactlogix",
        udts = new object[]
        {
            new
            {
                name = "LagoonData",
                members = new object[]
                {
                    new { name = "Temperature", type = "REAL" }, new { name = "Running", type = "BOOL" },
                        new { name = "Level", type = "REAL" }, new { name = "Ph", type = "REAL" },
                    new { name = "Redox", type = "INT" }, new { name = "Chlorine", type = "INT" }, new { name = "Mode", type = "STRING" },
                },
            },
            new { name = "PumpData", members = new object[] { new { name = "Running", type = "BOOL" },
                new { name = "Hours", type = "DINT" } } },
        },
        tags = new object[]
        {
            new { name = "Lagoon", type = "LagoonData", value = new { Temperature = 25.5, Running = true, Level = 2.5, Ph = 7.2,
                Redox = -650, Chlorine = 75, Mode = "automático" } },
            new { name = "Flows", type = "REAL", dims = new[] { 2 }, value = new[] { 900.5, 120 } },
            new { name = "Pumps", type = "PumpData", dims = new[] { 2 },
                value = new object[] { new { Running = true, Hours = 12345 }, new { Hours = 7 } } },
            new { name = "Valves", type = "BOOL", dims = new[] { 32 }, value = new[] { true } }, new { name = "Alarms", type = "DINT" },
            new { name = "Program:Filter.Step", type = "DINT", value = 3 },
        },
    };

    [SkippableFact]
    public async Task Three_sinks_agree_with_the_controller()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        using var site = SiteFolder.CopyOf("aguavista");
        await using var plc = await PeerProcess.StartAsync("node", "cip_server.js", JsonSerializer.Serialize(s_program));
        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        var administrator = $"host=127.0.0.1 port={server.Port} user=plant password={PostgresServer.Password}";
        await Tool.RunAsync("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-v", $"password={Password}", "-f", site.At("historian.sql"),
            $"{administrator} dbname=postgres");
        await using var plant = PlantProcess.Start(Prepare(site, plc.Port, server.Port), "run", site.Path);

        await plant.WhenAsync("CONNECTED sink=buffer");
        await using var tail = new LineReader("tail", "-n", "+1", "-f", site.At(Buffer));
        string[] states = [.. Enumerable.Range(0, 4).Select(Tags)];
        for (var n = 0; n < states.Length; n++)
        {
            await plc.AskAsync($$$"""{"set": {"Flows": [900.5, {{{n}}}], "Alarms": {{{n}}}}}""");
            // Both tags change in one message of the controller, so no scan sees one without the other.
            await tail.UntilAsync(line => TagsOf(line).GetRawText() == states[n]);
        }

        await plc.DisposeAsync();
        await plant.WhenAsync(@"RECONNECT plant=1 device=lagoon plc=127\.0\.0\.1/0 reason=.* sleep=5s");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        foreach (var sink in (string[])["buffer", "history", "historian"])
            Assert.Matches($@"END sink={sink} produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
        Assert.Matches(@"START plant=1 device=lagoon source=eip driver=eip plc=127\.0\.0\.1/0 address=\S+ poll=\S+ tags=\d+", plant.Output);
        Assert.Matches(@"CONNECTED plant=1 device=lagoon plc=127\.0\.0\.1/0", plant.Output);
        Assert.Matches(@"OK plant=1 device=lagoon ts=\S+Z tags=\d+ sample=\[\w+:\S+\] cycle=\d+\.\dms", plant.Output);

        var lines = site.Lines(Buffer);
        var order = lines.Select(line => Array.IndexOf(states, TagsOf(line).GetRawText())).Where(n => n >= 0).ToArray();
        Assert.Equal(order.Order(), order);
        Assert.Equal([0, 1, 2, 3], order.Distinct());
        const string Payload = """^\{"plant_id":1,"source":"rockwell","timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","tags":""";
        Assert.All(lines, line => Assert.Matches(Payload, line));
        Assert.Equal(lines, await Tool.LinesAsync("sqlite3", "-batch", site.At("data/lagoon.db"),
            "SELECT json FROM records ORDER BY rowid"));

        var samples = await Tool.LinesAsync("psql", "-qXAt", "-c", Samples, $"{administrator} dbname=plant");
        var failed = samples.Count(row => row.EndsWith("||BAD_COMM", StringComparison.Ordinal));
        Assert.Equal(lines.SelectMany(Rows), samples.SkipLast(failed));
        Assert.InRange(failed, 17, int.MaxValue);
    }

    [Fact]
    public async Task The_tag_list_is_a_tag_table_that_the_site_takes_unchanged()
    {
        using var site = SiteFolder.CopyOf("aguavista");
        await using var plc = await PeerProcess.StartAsync("node", "cip_server.js", JsonSerializer.Serialize(s_program));
        var environment = Prepare(site, plc.Port, serverPort: 1);
        var (exitCode, table) = await PlantProcess.RunAsync(environment, "browse", site.Path, "lagoon", "--csv");
        Assert.Equal((0, "name,address,type,unit,low,high,description"), (exitCode, table.Split('\n')[0]));
        Assert.Contains("Lagoon_Temperature,Lagoon.Temperature,REAL,", table, StringComparison.Ordinal);
        Assert.Contains("Program_Filter_Step,Program:Filter.Step,DINT,", table, StringComparison.Ordinal);
        Assert.Contains("Valves_0_31,Valves[0..31],BOOL[32],", table, StringComparison.Ordinal);

        var (_, page) = await PlantProcess.RunAsync(
            environment, "browse", site.Path, "lagoon", "--csv", "--filter", "Pumps*", "--under", "Pumps", "--depth", "1", "--take", "1");
        Assert.Equal(["name,address,type,unit,low,high,description", "Pumps_0_1,Pumps[0..1],UDT[2],,,,PumpData"], page.Trim().Split('\n'));
        var (_, rest) = await PlantProcess.RunAsync(environment, "browse", site.Path, "lagoon", "--filter", "lagoon.", "--skip", "1");
        Assert.DoesNotContain("Pumps", rest, StringComparison.Ordinal);
        Assert.DoesNotContain(table.Split('\n')[1].Split(',')[1] + " ", rest, StringComparison.Ordinal);

        site.Write("lagoon.csv", table);
        var (checkCode, said) = await PlantProcess.RunAsync(environment, "check", site.Path);
        Assert.True(checkCode == 0, said);
        Assert.Contains($"{table.Trim().Split('\n').Length - 1} tags", said, StringComparison.Ordinal);
    }

    // The values of a payload after the test has set n.
    private static string Tags(int n) => $$"""
        {"tag_temperature":25.5,"tag_status":true,"tag_level":2.5,"tag_ph":7.2,"tag_redox":-650,
        "tag_chlorine":0.75,"tag_flow":900.5,"tag_flow_intake":{{n}},
        "tag_pump_1_running":true,"tag_pump_1_hours":12345,"tag_pump_2_running":false,"tag_pump_2_hours":7,
        "tag_valve_intake":true,"tag_valve_backwash":false,"tag_alarm":{{(n % 2 == 1 ? "true" : "false")}},
        "tag_step":3,"tag_mode":"automático"}
        """.ReplaceLineEndings("");

    // The copy differs from the shipped site in ports only.
    private static Dictionary<string, string> Prepare(SiteFolder site, int plcPort, int serverPort)
    {
        site.Replace("site.toml", "host      = \"${PLC_HOST}\"", $"host      = \"${{PLC_HOST}}\"\nport      = {plcPort}");
        site.Replace("site.toml", "port     = 5432", $"port     = {serverPort}");
        var environment = SiteFolder.ExampleEnvironment("aguavista");
        environment["PLC_HOST"] = environment["PGHOST"] = "127.0.0.1";
        environment["PGPASSWORD"] = Password;
        return environment;
    }

    private static JsonElement TagsOf(string line) => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("tags");

    // The rows of a scan as psql shows them: a row a tag, times to the microsecond.
    private static IEnumerable<string> Rows(string line)
    {
        var time = JsonSerializer.Deserialize<JsonElement>(line).GetProperty("timestamp").GetDateTime();
        return TagsOf(line).EnumerateObject().OrderBy(tag => tag.Name, StringComparer.Ordinal).Select(tag =>
            $"{time:yyyy-MM-ddTHH:mm:ss.ffffff}|{tag.Name}|" + tag.Value.ValueKind switch
            {
                JsonValueKind.String => $"|{tag.Value.GetString()}|GOOD",
                JsonValueKind.True => "1||GOOD",
                JsonValueKind.False => "0||GOOD",
                _ => $"{tag.Value.GetRawText()}||GOOD",
            });
    }
}
