using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>The steps of <c>plant doctor</c>.</summary>
[Trait("Needs", "Server")]
public sealed class DiagnosisTests(PostgresFixture shared) : ListenerTestBase(shared)
{
    [SkippableFact]
    public async Task A_good_database_passes_every_step()
    {
        CreateReadings();
        var steps = await DiagnoseAsync(Listen(Readings), $"{Channel} : valor", $"{Channel}_b : valor");
        Assert.All(steps, s => Assert.True(s.IsGood, s.Found));
        Assert.Equal(["server", "channels", "notification", "queue", "table"], steps.Select(s => s.Name));
        Assert.Matches(@"^PostgreSQL \d+\.\d+ as user plant$", steps[0].Found);
        Assert.Equal($"the server lists 2: {Channel}, {Channel}_b", steps[1].Found);
        Assert.Matches(@"^a test notification came directly from the server in [\d.]+ ms$", steps[2].Found);
        Assert.Equal("the server's queue of notifications is 0 % full", steps[3].Found);
    }

    [SkippableFact]
    public async Task Missing_rights_indexes_and_tables_have_a_remedy()
    {
        CreateReadings();
        Run("DROP INDEX $schema.readings_tiempo_sensor_idx");
        var slow = (await DiagnoseAsync(Listen(Readings), $"{Channel} : valor"))[^1];
        Assert.StartsWith($"CREATE INDEX ON {Schema}.readings (tiempo_sensor)", slow.Remedies[0], StringComparison.Ordinal);
        Run($"CREATE ROLE reader_{Schema} LOGIN PASSWORD '{PostgresServer.Password}'; GRANT USAGE ON SCHEMA $schema TO reader_{Schema}");
        var reader = new PostgresDriverOptions
        {
            Host = "127.0.0.1", Port = Server.Port, Database = "postgres", User = $"reader_{Schema}",
            Password = new Secret(PostgresServer.Password), Time = "t", CatchUp = Readings,
        };
        var refused = (await DiagnoseAsync(reader, $"{Channel} : valor"))[^1];
        Assert.Equal($"False user reader_{Schema} may not read {Schema}.readings GRANT SELECT ON {Schema}.readings TO reader_{Schema}",
            $"{refused.IsGood} {refused.Found} {refused.Remedies[0]}");
        Run($"DROP OWNED BY reader_{Schema}; DROP ROLE reader_{Schema}");
        Run("DROP TABLE $schema.readings");
        Assert.StartsWith("there is no table or view", (await DiagnoseAsync(Listen(Readings), $"{Channel} : valor"))[^1].Found,
            StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_pooler_in_transaction_mode_fails_the_test_notification()
    {
        Skip.If(PgBouncer.Program is null, "no pgbouncer here: install Debian's package pgbouncer");
        await using var pooler = await PgBouncer.StartNewAsync(Server.Port, "transaction", 4);
        var steps = await DiagnoseAsync(Listen(port: pooler.Port), $"{Channel} : valor");
        var failed = steps.First(s => !s.IsGood);
        Assert.Contains("a pooler in transaction mode", failed.Remedies[0], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_server_that_is_not_there_ends_the_steps()
    {
        var steps = await DiagnoseAsync(Listen(port: 1), $"{Channel} : valor");
        Assert.False(Assert.Single(steps).IsGood);
    }

    private async Task<List<DiagnosisStep>> DiagnoseAsync(PostgresDriverOptions options, params string[] addresses)
    {
        await using var driver = new ListenerFixture(options, Folder, null, null, addresses);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var steps = new List<DiagnosisStep>();
        await foreach (var step in ((IDiagnosable)driver.Driver).DiagnoseAsync(limit.Token)) steps.Add(step);
        return steps;
    }
}
