using Npgsql;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

/// <summary>The sink behind Debian's pgbouncer, which gives a server process to a session or only to a transaction.</summary>
[Trait("Needs", "Server")]
public sealed class PgBouncerTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    [SkippableTheory]
    [InlineData("session", 4)]
    [InlineData("transaction", 1)]
    [InlineData("transaction", 4)]
    public async Task Records_are_stored_once_and_no_setting_stays_behind(string mode, int poolSize)
    {
        await using var pooler = await StartAsync(mode, poolSize);
        await using var sink = await ConnectAsync(Options(pooler.Port));
        await using var other = await ConnectAsync(Options(pooler.Port, onConflict: ConflictPolicy.Skip), "other");
        for (var batch = 0; batch < 5; batch++)
        {
            await sink.WriteAsync(Batches.Counting(batch + 1, batch * 100, 100), default);
            await other.WriteAsync(Payloads(batch + 1, $$"""{"n":{{batch}}}"""), default);
        }

        await pooler.StopAsync();
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Batches.Counting(6, 500, 100), default));
        await pooler.StartAsync();
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(5, 400, 100), default);
        await sink.WriteAsync(Batches.Counting(6, 500, 100), default);
        Assert.Equal(Batches.CountingStored(0, 600), Samples);
        Assert.Equal([["0"], ["1"], ["2"], ["3"], ["4"]], Query("SELECT payload -> 'n' FROM $schema.records ORDER BY time, payload"));

        // The server processes of the pool serve other programs too.
        if (mode == "session") return;
        await using var program = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={pooler.Port};Username=plant;Password={PostgresServer.Password};Database=postgres;Pooling=false");
        Assert.Equal([["0", "on"]], Sql.Query(program, "SELECT current_setting('lock_timeout'), current_setting('synchronous_commit')"));
    }

    [SkippableTheory]
    [InlineData("session")]
    [InlineData("transaction")]
    public async Task Rows_that_are_there_already_are_skipped(string mode)
    {
        await using var pooler = await StartAsync(mode, poolSize: 2);
        Run(ConflictTests.TableWithKey);
        await using var sink = await ConnectAsync(Options(pooler.Port, onConflict: ConflictPolicy.Skip));
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        await sink.WriteAsync(Batches.Counting(2, 2, 3), default);
        Assert.Equal(Batches.CountingStored(0, 5), Samples);
    }

    private async Task<PgBouncer> StartAsync(string mode, int poolSize)
    {
        Skip.If(PgBouncer.Program is null, "no pgbouncer here: install Debian's package pgbouncer");
        return await PgBouncer.StartNewAsync(Server.Port, mode, poolSize);
    }
}
