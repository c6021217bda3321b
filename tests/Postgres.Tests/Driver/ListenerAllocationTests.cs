using Npgsql;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>
/// Measures what the driver allocates beyond a bare Npgsql listener, over all threads of the process, so no other test may run at the same
/// time.
/// </summary>
[Collection(nameof(ListenerAllocationTests))]
[CollectionDefinition(nameof(ListenerAllocationTests), DisableParallelization = true)]
[Trait("Needs", "Server")]
public sealed class ListenerAllocationTests
{
    private const int Count = 500;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_notification_allocates_nothing_beyond_Npgsql(bool catchesUp)
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        var connectionString =
            $"Host=127.0.0.1;Port={server.Port};Username=plant;Password={PostgresServer.Password};Database=postgres;Pooling=false";
        await using var admin = await NpgsqlDataSource.Create(connectionString).OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("CREATE TABLE readings (valor double precision, tiempo timestamptz)", admin))
            await create.ExecuteNonQueryAsync();
        using var folder = new TemporaryFolder();
        var options = new PostgresDriverOptions
        {
            Host = "127.0.0.1", Port = server.Port, Database = "postgres", User = "plant",
            Password = new Contracts.Secret(PostgresServer.Password), Time = "tiempo",
            CatchUp = !catchesUp ? null
                : new PostgresTableOptions { Table = "readings", Time = "tiempo", Overlap = TimeSpan.FromSeconds(1) },
        };
        await using var driver = await ListenerFixture.ConnectAsync(options, folder, "canal : valor");
        await using var bare = await NpgsqlDataSource.Create(connectionString).OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("LISTEN canal", bare)) await listen.ExecuteNonQueryAsync();
        var received = 0L;
        bare.Notification += (_, _) => received++;

        var (least, leastBare) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < 40; round++)
        {
            // One transaction, so that all of them wait in the socket and no read suspends in the middle.
            await using var notify = new NpgsqlCommand(
                $"SELECT pg_notify('canal', format('{{\"valor\":%s,\"tiempo\":%s}}', i, 1735725600 + {round * Count} + i)) "
                + $"FROM generate_series(1, {Count}) i", admin);
            await notify.ExecuteNonQueryAsync();
            var ours = await MeasureAsync(async () => await driver.ReadAsync());
            await driver.AcknowledgeAsync();
            var theirs = await MeasureAsync(async () => await bare.WaitAsync());
            if (round > 5) (least, leastBare) = (Math.Min(least, ours), Math.Min(leastBare, theirs));
        }

        Assert.True(received >= 40 * Count, $"the bare listener received {received}");
        Assert.True(least <= leastBare + 2, $"a notification allocates {least:0.#} bytes, of which Npgsql {leastBare:0.#}");
    }

    private static async Task<double> MeasureAsync(Func<Task> read)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Count; i++) await read();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Count;
    }
}
