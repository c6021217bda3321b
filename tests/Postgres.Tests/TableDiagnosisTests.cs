using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

/// <summary>The steps of <c>plant doctor</c> for a sink.</summary>
[Trait("Needs", "Server")]
public sealed class TableDiagnosisTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    [SkippableFact]
    public async Task Missing_tables_are_not_created_and_those_of_the_sink_fit()
    {
        var steps = await SinkSteps.RunAsync(Open(Options()));
        Assert.Equal(["server ok", "schema ok", "table ok", "table ok", "progress ok"], steps.Outcomes());
        Assert.Equal($"{Schema}.samples is created at the first connect", steps[2].Found);
        Assert.Empty(Query("SELECT 1 FROM pg_tables WHERE schemaname = '$schema'"));
        await using var sink = await ConnectAsync();
        steps = await SinkSteps.RunAsync(Open(Options()));
        Assert.All(steps, s => Assert.True(s.IsGood, s.Found));
        Assert.Equal($"{Schema}.plant_progress has the columns, and user plant may INSERT, SELECT, UPDATE", steps[^1].Found);
    }

    [SkippableFact]
    public async Task A_column_of_another_type_and_a_missing_one_are_named()
    {
        Run("CREATE TABLE $schema.samples (time timestamptz, site text, device text, tag text, value text)");
        Run("CREATE TABLE $schema.records (ts timestamptz, speed real)");
        var columns = new Dictionary<string, string> { ["ts"] = "timestamptz", ["speed"] = "double precision" };
        var steps = await SinkSteps.RunAsync(Open(Options(columns: columns)));
        Assert.Equal(["server ok", "schema ok", "table FAIL", "table FAIL", "progress ok"], steps.Outcomes());
        Assert.Contains("column \"value\" of table", steps[2].Found, StringComparison.Ordinal);
        Assert.Contains("column \"speed\" of table", steps[3].Found, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_user_without_rights_gets_the_grants()
    {
        await using (await ConnectAsync())
        {
        }

        var user = $"writer_{Schema}";
        Run($"CREATE ROLE {user} LOGIN PASSWORD '{PostgresServer.Password}'");
        try
        {
            var steps = await SinkSteps.RunAsync(Open(Options(user: user)));
            Assert.Equal(["server ok", "schema FAIL"], steps.Outcomes());
            Assert.Equal($"GRANT USAGE ON SCHEMA \"{Schema}\" TO \"{user}\"", steps[1].Remedies[0]);
            Run($"GRANT USAGE ON SCHEMA $schema TO {user}; GRANT INSERT ON $schema.records TO {user}");
            steps = await SinkSteps.RunAsync(Open(Options(user: user)));
            Assert.Equal(["server ok", "schema ok", "table FAIL", "table ok", "progress FAIL"], steps.Outcomes());

            // The remedies are statements that help.
            foreach (var step in steps.Where(s => !s.IsGood)) Run(step.Remedies[0]);
            Assert.All(await SinkSteps.RunAsync(Open(Options(user: user))), s => Assert.True(s.IsGood, s.Found));
            await using var sink = await ConnectAsync(Options(user: user));
            Run("DROP TABLE $schema.records");
            steps = await SinkSteps.RunAsync(Open(Options(user: user)));
            Assert.Equal(["server ok", "schema ok", "table ok", "table FAIL", "progress ok"], steps.Outcomes());
        }
        finally
        {
            Run($"DROP OWNED BY {user}; DROP ROLE {user}");
        }
    }

    [SkippableFact]
    public async Task A_wrong_password_database_or_schema_ends_the_steps()
    {
        var step = Assert.Single(await SinkSteps.RunAsync(Open(Options(user: "nobody"))));
        Assert.Contains("user \"nobody\" may not log in", step.Found, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, step.Found, StringComparison.Ordinal);
        Run("DROP SCHEMA $schema CASCADE");
        var steps = await SinkSteps.RunAsync(Open(Options()));
        Assert.Equal(["server ok", "schema FAIL"], steps.Outcomes());
        Run(steps[1].Remedies[0]);
        Assert.Equal(5, (await SinkSteps.RunAsync(Open(Options()))).Count);
    }

    [Theory]
    [InlineData("db.local", "db.local:5432")]
    [InlineData("::1", "[::1]:5432")]
    [InlineData("/run/postgresql", null)]
    public void The_endpoint_is_that_of_a_server_on_the_network(string host, string? endpoint)
    {
        var options = new PostgresSinkOptions { Host = host, Database = "d", User = "u" };
        Assert.Equal(endpoint, ((IDiagnosableSink)Open(options)).Endpoint);
    }
}
