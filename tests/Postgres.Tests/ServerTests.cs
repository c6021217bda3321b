using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Postgres.Tests;

/// <summary>States and replies of a server that the sink must handle.</summary>
[Trait("Needs", "Server")]
public sealed class ServerTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    [SkippableTheory]
    [InlineData("(a int)", "table $schema.samples has no column \"time\": it has a; expected time timestamp with time zone, site text")]
    [InlineData(
        "(time timestamptz, site text, device text, tag text, value numeric, text text, quality text, unit text)",
        "column \"value\" of table $schema.samples is numeric, not double precision. ")]
    [InlineData(
        "(time timestamptz, site text, device text, tag text, value float8, text text, quality text, unit text, line int NOT NULL)",
        "table $schema.samples has a column \"line\" that the sink does not fill: ")]
    public async Task A_table_of_another_shape_is_named_and_left_alone(string columns, string expected)
    {
        Run($"CREATE TABLE $schema.samples {columns}");
        var error = await Assert.ThrowsAsync<ServerRefusedException>(async () => await ConnectAsync());
        Assert.StartsWith(expected.Replace("$schema", Schema, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], Assert.Single(Query("SELECT count(*) FROM pg_tables WHERE schemaname = '$schema'")));
    }

    [SkippableFact]
    public async Task What_is_wrong_with_the_login_or_the_database_is_said_in_words()
    {
        Run($"CREATE ROLE reader_{Schema} LOGIN PASSWORD '{PostgresServer.Password}'; CREATE ROLE full_{Schema} LOGIN CONNECTION LIMIT 0 PASSWORD '{PostgresServer.Password}'");
        async Task<string> Failure<T>(PostgresSinkOptions options)
            where T : Exception => (await Assert.ThrowsAsync<T>(async () => await ConnectAsync(options))).Message;

        PostgresSinkOptions With(string user, string password, string database, string schema) => new()
        {
            Host = "127.0.0.1", Port = Server.Port, User = user, Password = new Secret(password), Database = database, Schema = schema,
        };

        var wrong = await Failure<ServerRefusedException>(With("plant", "secret-guess", "postgres", Schema));
        Assert.Contains("user \"plant\" may not log in: password authentication failed", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-guess", wrong, StringComparison.Ordinal);
        Assert.Contains("database \"nowhere\" does not exist: create it",
            await Failure<ServerRefusedException>(With("plant", PostgresServer.Password, "nowhere", Schema)), StringComparison.Ordinal);
        Assert.Contains("schema \"nowhere\" does not exist: create it",
            await Failure<ServerRefusedException>(With("plant", PostgresServer.Password, "postgres", "nowhere")), StringComparison.Ordinal);
        Assert.Contains($"permission denied for schema {Schema}: grant that to user \"reader_{Schema}\"",
            await Failure<ServerRefusedException>(With($"reader_{Schema}", PostgresServer.Password, "postgres", Schema)),
            StringComparison.Ordinal);
        Assert.Contains("too many connections",
            await Failure<NotConnectedException>(With($"full_{Schema}", PostgresServer.Password, "postgres", Schema)),
            StringComparison.Ordinal);
        await Failure<NotConnectedException>(Options(port: 1));
    }

    [SkippableFact]
    public async Task A_user_who_may_only_insert_needs_tables_made_before()
    {
        await using (await ConnectAsync())
        {
        }

        Run($"""
            CREATE ROLE writer_$schema LOGIN PASSWORD '{PostgresServer.Password}';
            GRANT USAGE ON SCHEMA $schema TO writer_$schema;
            GRANT INSERT ON $schema.samples, $schema.records TO writer_$schema;
            GRANT SELECT, INSERT, UPDATE ON $schema.plant_progress TO writer_$schema
            """);
        await using var sink = await ConnectAsync(Options(user: $"writer_{Schema}"));
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        Assert.Equal(Batches.CountingStored(0, 3), Samples);
    }

    [SkippableFact]
    public async Task A_table_dropped_in_mid_run_is_made_again()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        Run("DROP TABLE $schema.samples");
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Batches.Counting(2, 3, 3), default));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(2, 3, 3), default);
        Assert.Equal(Batches.CountingStored(3, 3), Samples);
    }

    [SkippableFact]
    public async Task A_column_whose_type_is_changed_in_mid_run_takes_no_bytes_of_the_old_type_and_costs_no_record()
    {
        await using var sink = await ConnectAsync(Options(columns: new Dictionary<string, string> { ["n"] = "bigint" }));
        await sink.WriteAsync(Payloads(1, """{"n":1}"""), default);

        // Types of the same length: the server would read 2 as 1e-323 without an error. A text column would refuse every record.
        foreach (var type in new[] { "double precision", "text" })
        {
            Run($"ALTER TABLE $schema.records ALTER COLUMN n TYPE {type}");
            var error = await Assert.ThrowsAsync<NotConnectedException>(
                async () => await sink.WriteAsync(Payloads(2, """{"n":2}"""), default));
            Assert.Contains("another program has changed the tables", error.Message, StringComparison.Ordinal);
            var refusal = await Assert.ThrowsAnyAsync<Exception>(async () => await sink.ConnectAsync(default));
            Assert.Contains($"\"n\" of table {Schema}.records is", refusal.Message, StringComparison.Ordinal);
            Run("ALTER TABLE $schema.records ALTER COLUMN n TYPE bigint USING n::bigint");
            await sink.ConnectAsync(default);
        }

        await sink.WriteAsync(Payloads(2, """{"n":2}"""), default);
        Assert.Equal(["1", "2"], Query("SELECT n FROM $schema.records ORDER BY n").Select(r => r[0]));
    }

    [SkippableFact]
    public async Task A_network_that_goes_silent_at_any_moment_ends_with_the_deadline()
    {
        using var proxy = new AnswerSwallowingProxy(Server.Port) { IsSilentAfterwards = true };
        await using var sink = await ConnectAsync(Options(proxy.Port));
        foreach (var moment in new[] { AtBegin, "COPY \"", "PGCOPY\n", AtCommit })
        {
            proxy.Arm(moment);
            using var deadline = new CancellationTokenSource();
            var writing = sink.WriteAsync(Batches.Counting(1, 0, 3), deadline.Token).AsTask();
            await proxy.Swallowed.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await deadline.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
            await sink.ConnectAsync(default);
        }

        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        Assert.Equal(Batches.CountingStored(0, 3), Samples);
    }

    [SkippableFact]
    public async Task With_TimescaleDB_the_narrow_table_becomes_a_hypertable()
    {
        // Replaces the extension, which Debian does not have, by a function that records its calls.
        await using var server = await PostgresServer.StartNewAsync("fsync = off", "allow_system_table_mods = on");
        await using var admin = Npgsql.NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=plant;Password={PostgresServer.Password};Database=postgres");
        Sql.Run(admin, $"""
            CREATE SCHEMA {Schema};
            CREATE TABLE called (how text);
            CREATE FUNCTION create_hypertable(relation regclass, time_column_name name) RETURNS void LANGUAGE sql
              AS $$ INSERT INTO called VALUES (relation || ' by ' || time_column_name) $$;
            INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
              VALUES (99999, 'timescaledb', 10, 'public'::regnamespace, false, '2.0')
            """);
        for (var connect = 0; connect < 2; connect++)
        {
            await using var sink = await ConnectAsync(Options(server.Port));
        }

        Assert.Equal([[$"{Schema}.samples by time"], [$"{Schema}.records by time"]], Sql.Query(admin, "SELECT how FROM called"));
    }
}
