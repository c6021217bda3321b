using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;

namespace PlantRuntime.Postgres.Tests;

public sealed class ExactlyOnceTests(SharedServer shared) : PostgresTestBase(shared)
{
    [SkippableFact]
    public async Task A_batch_whose_commit_is_never_answered_is_stored_once()
    {
        using var proxy = new Proxy(Server.Port);
        await using var sink = await ConnectAsync(Options(proxy.Port));
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        proxy.Arm("COMMIT\0");
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Batches.Counting(2, 3, 3), default));
        Assert.True(proxy.Swallowed.Task.IsCompleted, "the server has not answered the COMMIT");
        Assert.Equal(Batches.CountingStored(0, 6), Samples);

        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Batches.Counting(2, 3, 3), default));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(2, 3, 3), default);
        await sink.WriteAsync(Batches.Counting(3, 6, 1), default);
        Assert.Equal(Batches.CountingStored(0, 7), Samples);
    }

    [SkippableFact]
    public async Task A_session_ended_in_mid_copy_leaves_nothing_and_the_batch_is_stored_once()
    {
        await using var sink = await ConnectAsync();
        await using (await LockSamplesAsync())
        {
            var writing = sink.WriteAsync(Batches.Counting(1, 0, 1000), default).AsTask();
            var waiting = Assert.Single(await WaitingAsync(1));
            Query($"SELECT pg_terminate_backend({waiting})");
            var error = await Assert.ThrowsAsync<NotConnectedException>(() => writing);
            Assert.Contains("terminating connection due to administrator command", error.Message, StringComparison.Ordinal);
        }

        await sink.ConnectAsync(default);
        Assert.Empty(Samples);
        await sink.WriteAsync(Batches.Counting(1, 0, 1000), default);
        Assert.Equal(Batches.CountingStored(0, 1000), Samples);
    }

    [SkippableFact]
    public async Task Of_two_connections_that_store_the_same_batch_the_second_waits_and_adds_nothing()
    {
        await using var left = await ConnectAsync();
        await using var again = await ConnectAsync();
        Task first, second;
        await using (await LockSamplesAsync())
        {
            first = left.WriteAsync(Batches.Counting(1, 0, 5), default).AsTask();
            await WaitingAsync(1);
            second = again.WriteAsync(Batches.Counting(1, 0, 5), default).AsTask();
            await WaitingAsync(2);
        }

        await first;
        await second;
        Assert.Equal(Batches.CountingStored(0, 5), Samples);
    }

    [SkippableFact]
    public async Task A_server_that_restarts_in_mid_run_loses_and_doubles_nothing()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var admin = Npgsql.NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=plant;Password={PostgresServer.Password};Database=postgres;Pooling=false");
        Sql.Run(admin, $"CREATE SCHEMA {Schema}");
        await using var sink = await ConnectAsync(Options(server.Port));
        await sink.WriteAsync(Batches.Counting(1, 0, 100), default);
        await server.StopAsync();
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Batches.Counting(2, 100, 100), default));
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        await server.StartAsync();
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 100), default);
        await sink.WriteAsync(Batches.Counting(2, 100, 100), default);

        Assert.Equal(Batches.CountingStored(0, 200), Sql.Samples(admin, Schema));
    }

    [SkippableFact]
    public async Task A_batch_that_comes_again_longer_is_completed()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        await sink.WriteAsync(Batches.Counting(1, 0, 5), default);
        await sink.WriteAsync(Batches.Counting(1, 0, 5), default);

        Assert.Equal(Batches.CountingStored(0, 5), Samples);
    }

    [SkippableFact]
    public async Task Numbers_out_of_order_other_queues_and_other_sinks_are_no_duplicates()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(7, 0, 1), default);
        await sink.WriteAsync(Batches.Counting(5, 1, 1), default);
        var other = Batches.Counting(7, 2, 1);
        other.Queue = new Guid("00000000-0000-0000-0000-000000000001");
        await sink.WriteAsync(other, default);
        await sink.WriteAsync(other, default);
        await using var second = await ConnectAsync(name: "second");
        await second.WriteAsync(Batches.Counting(7, 3, 1), default);
        var nameless = Batches.Counting(0, 4, 1);
        nameless.Queue = Guid.Empty;
        await sink.WriteAsync(nameless, default);
        await sink.WriteAsync(nameless, default);

        Assert.Equal([.. Batches.CountingStored(0, 5), .. Batches.CountingStored(4, 1)], Samples);
    }

    [SkippableFact]
    public async Task A_thousand_batches_of_a_queue_are_remembered()
    {
        await using var sink = await ConnectAsync();
        Run($"""
            INSERT INTO $schema.plant_batches (sink, queue, batch, records) SELECT 'store', '{Batches.Queue}', i, 1 FROM generate_series(1, 1500) i;
            INSERT INTO $schema.plant_batches (sink, queue, batch, records) VALUES ('other', '{Batches.Queue}', 1, 1)
            """);
        await sink.WriteAsync(Batches.Counting(1501, 0, 1), default);

        Assert.Equal([["other", "1", "1", "1"], ["store", "502", "1501", "1000"]],
            Query("SELECT sink, min(batch), max(batch), count(*) FROM $schema.plant_batches GROUP BY sink ORDER BY sink"));
    }
}
