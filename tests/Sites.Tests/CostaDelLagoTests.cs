using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>sites/costadellago from a PLC that we did not write to a file, an SQLite file and a PostgreSQL server.</summary>
[Trait("Needs", "Server")]
public class CostaDelLagoTests
{
    private const string Password = "for-the-collector";
    private const string Lines = "data/lagoon.jsonl";
    private const string Samples = """
        SELECT to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), tag, value, text, quality
        FROM samples ORDER BY time, tag COLLATE "C"
        """;

    [SkippableFact]
    public async Task Three_sinks_agree_with_the_plc()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        using var site = SiteFolder.CopyOf("costadellago");
        await using var plc = await Plc.StartAsync(LagoonValues.Block, LagoonValues.From(0).Bytes);
        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        var administrator = $"host=127.0.0.1 port={server.Port} user=plant password={PostgresServer.Password}";
        await Tool.RunAsync("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-v", $"password={Password}", "-f", site.At("historian.sql"),
            $"{administrator} dbname=postgres");
        await using var plant = PlantProcess.Start(Prepare(site, plc.Port, server.Port), "run", site.Path);

        await plant.WhenAsync("CONNECTED sink=lines");
        await using var tail = new LineReader("tail", "-n", "+1", "-f", site.At(Lines));
        string[] states = [.. Enumerable.Range(0, 5).Select(n => LagoonValues.From(n).Tags)];
        foreach (var (n, state) in states.Index())
        {
            if (n > 0) await plc.WriteAsync(LagoonValues.From(n).Bytes);
            await tail.UntilAsync(line => Tags(line).GetRawText() == state);
        }

        await plc.DisposeAsync();
        await plant.WhenAsync("RECONNECT .*device=lagoon");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        foreach (var sink in (string[])["lines", "history", "historian"])
            Assert.Matches($@"END sink={sink} produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);

        var lines = site.Lines(Lines);
        var order = lines.Select(line => Array.IndexOf(states, Tags(line).GetRawText())).ToArray();
        Assert.Equal(order.Order(), order);
        Assert.Equal([0, 1, 2, 3, 4], order.Distinct());
        const string Records = "SELECT json FROM records ORDER BY rowid";
        Assert.Equal(lines, await Tool.LinesAsync("sqlite3", "-batch", site.At("data/lagoon.db"), Records));

        var samples = await Tool.LinesAsync("psql", "-qXAt", "-c", Samples, $"{administrator} dbname=plant");
        var failed = samples.Count(row => row.EndsWith("||BAD_COMM", StringComparison.Ordinal));
        Assert.Equal(lines.SelectMany(Rows), samples.SkipLast(failed));
        Assert.InRange(failed, 22, int.MaxValue);
    }

    // The one place where the copy differs from the shipped site: ports.
    private static Dictionary<string, string> Prepare(SiteFolder site, int plcPort, int serverPort)
    {
        site.Replace("site.toml", "host      = \"${PLC_HOST}\"", $"host      = \"${{PLC_HOST}}\"\nport      = {plcPort}");
        site.Replace("site.toml", "port     = 5432", $"port     = {serverPort}");
        var environment = SiteFolder.ExampleEnvironment("costadellago");
        environment["PLC_HOST"] = environment["PGHOST"] = "127.0.0.1";
        environment["PGPASSWORD"] = Password;
        return environment;
    }

    private static JsonElement Tags(string line)
    {
        var payload = JsonSerializer.Deserialize<JsonElement>(line);
        Assert.Equal(["plant_id", "source", "timestamp", "tags"], payload.EnumerateObject().Select(property => property.Name));
        Assert.Equal(7, payload.GetProperty("plant_id").GetInt32());
        Assert.Equal("siemens", payload.GetProperty("source").GetString());
        return payload.GetProperty("tags");
    }

    // The expected rows of psql for a scan: one row per tag, times in microseconds.
    private static IEnumerable<string> Rows(string line)
    {
        var time = JsonSerializer.Deserialize<JsonElement>(line).GetProperty("timestamp").GetDateTime();
        return Tags(line).EnumerateObject().OrderBy(tag => tag.Name, StringComparer.Ordinal).Select(tag =>
            $"{time:yyyy-MM-ddTHH:mm:ss.ffffff}|{tag.Name}|" + tag.Value.ValueKind switch
            {
                JsonValueKind.Null => "||BAD_RANGE",
                JsonValueKind.String => $"|{tag.Value.GetString()}|GOOD",
                JsonValueKind.True => "1||GOOD",
                JsonValueKind.False => "0||GOOD",
                _ => $"{tag.Value.GetRawText()}||GOOD",
            });
    }
}
