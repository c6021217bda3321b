using System.Globalization;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>sites/pumps with its own schema in a real PostgreSQL, and a prediction service on Python's HTTP server.</summary>
[Trait("Needs", "Server")]
public class PumpsTests
{
    private const string Python = "/usr/bin/python3";
    private const string Database = "planta";
    private const string Password = "for the pumps";

    [SkippableFact]
    public async Task Inserted_values_are_asked_for_by_instant_and_each_prediction_is_one_row_also_over_a_kill()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        Skip.IfNot(File.Exists(Python), "python3 is not installed");
        using var site = SiteFolder.CopyOf("pumps");
        await using var server = await PostgresServer.StartNewAsync();
        await SqlAsync(server, "postgres", "-c", $"CREATE DATABASE {Database}");
        await SqlAsync(server, Database, "-v", $"password={Password}", "-f", site.At("infra/schema.sql"));
        await using var service = await PeerProcess.StartAsync(Python, "prediction_service.py", """{"fail":[2]}""");
        site.Replace("recipes/pumps.csx", "expect: 20, within: 30.Seconds", "expect: 20, within: 3.Seconds");
        string[] channelsA = Channels(site, "pump_a.csv"), channelsB = Channels(site, "pump_b.csv");
        Assert.Equal((20, 15), (channelsA.Length, channelsB.Length));
        var environment = Environment(server, service);

        await using (var plant = PlantProcess.Start(environment, "run", site.Path))
        {
            await plant.WhenAsync("CONNECTED .*device=pump_a ");
            await plant.WhenAsync("CONNECTED .*device=pump_b ");
            await InsertAsync(server, channelsA, "10:00:00");
            await InsertAsync(server, channelsB, "10:00:00");
            await InsertAsync(server, channelsA[..16], "10:00:01");
            await InsertAsync(server, channelsA[..14], "10:00:02");
            await WhenAsync(server, plant, "A|10:00:00|20|200|20", "A|10:00:01|16|200|16", "B|10:00:00|15|200|15");

            // Fourteen of twenty are too few; the log has the count.
            await plant.WhenAsync(@"GROUP .*only 14 of at least 15 values.* incomplete=1");
            await plant.SignalAsync("KILL");
            await plant.WhenExitedAsync();
        }

        await InsertAsync(server, channelsA, "10:01:00");
        await InsertAsync(server, channelsB, "10:01:00");
        await using var again = PlantProcess.Start(environment, "run", site.Path);
        await WhenAsync(server, again, "A|10:00:00|20|200|20", "A|10:00:01|16|200|16", "A|10:01:00|20|200|20", "B|10:00:00|15|200|15",
            "B|10:01:00|15|200|15");
        await again.SignalAsync("TERM");
        Assert.Equal(0, await again.WhenExitedAsync());

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var asked = JsonSerializer.Deserialize<string[][]>(await client.GetStringAsync($"http://127.0.0.1:{service.Port}/asked"))!;
        Assert.Equal(["/predecir-bomba", "/predecir-bomba-b"], asked.Select(a => a[0]).Distinct().Order());

        // After the kill an instant may be asked for again. A request that is repeated because of the 503 has the same key.
        Assert.Equal(5, asked.Select(a => (a[0], Instant(a[1]))).Distinct().Count());
        Assert.All(asked.GroupBy(a => a[2]), same => Assert.Single(same.Select(a => (a[0], Instant(a[1]))).Distinct()));
        Assert.Contains(asked.GroupBy(a => a[2]), same => same.Count() > 1);
        var values = JsonSerializer.Deserialize<Dictionary<string, int>>(
            await client.GetStringAsync($"http://127.0.0.1:{service.Port}/values"))!;
        Assert.Equal(20, values.Keys.Count(path => path.StartsWith("/sensores/", StringComparison.Ordinal)));
        Assert.Equal(15, values.Keys.Count(path => path.StartsWith("/sensores-b/", StringComparison.Ordinal)));
        Assert.InRange(values["/sensores/corriente_motor"], 4, int.MaxValue);
    }

    private static Dictionary<string, string> Environment(PostgresServer server, PeerProcess service)
    {
        var environment = SiteFolder.ExampleEnvironment("pumps");
        (environment["DB_HOST"], environment["DB_PORT"], environment["DB_TLS"]) = ("127.0.0.1", $"{server.Port}", "false");
        (environment["DB_NAME"], environment["DB_USER"], environment["DB_PASSWORD"]) = (Database, "monitor", Password);
        environment["BASE_URL"] = environment["BASE_URL_B"] = $"http://127.0.0.1:{service.Port}";
        environment["HEALTH"] = $"127.0.0.1:{ClosedPort.Find()}";
        return environment;
    }

    private static string[] Channels(SiteFolder site, string table) =>
        [.. site.Lines(table).Skip(1).Select(line => line.Split(',')[1].Split(' ')[0])];

    /// <summary>Inserts a row per channel, as the sensors do, each in a transaction of its own; the first value is 1, the next 2.</summary>
    private static async Task InsertAsync(PostgresServer server, string[] channels, string time)
    {
        var rows = channels.Select((channel, i) => "INSERT INTO lecturas (canal, id_sensor, valor, tiempo_sensor) VALUES "
            + string.Create(CultureInfo.InvariantCulture, $"('{channel}', {i}, {i + 1}, '2026-01-01 {time}+00')"));
        await SqlAsync(server, Database, [.. rows.SelectMany(row => new[] { "-c", row })]);
    }

    /// <summary>Waits until the predictions are these: pump, time, number of values, status, level (the largest value).</summary>
    private static async Task WhenAsync(PostgresServer server, PlantProcess plant, params string[] expected)
    {
        const string Query = """
            SELECT bomba, to_char(tiempo AT TIME ZONE 'UTC', 'HH24:MI:SS'), valores, estado, prediccion->>'nivel'
            FROM predicciones ORDER BY 1, 2
            """;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            var found = await SqlAsync(server, Database, "-c", Query);
            if (found.SequenceEqual(expected)) return;
            Assert.False(patience.IsCancellationRequested, $"{string.Join('\n', found)}\n{plant.Output}");
            await Task.Delay(100);
        }
    }

    private static async Task<string[]> SqlAsync(PostgresServer server, string database, params string[] arguments) =>
        [.. await Tool.LinesAsync(Path.Combine(PostgresServer.Programs!, "psql"),
            ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1",
                $"postgresql://plant:{PostgresServer.Password}@127.0.0.1:{server.Port}/{database}", .. arguments])];

    private static DateTime Instant(string time) => DateTime.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
