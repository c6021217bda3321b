using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;

namespace PlantRuntime.Postgres.Tests;

[Trait("Needs", "Server")]
public sealed class ExactlyOnceTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    [SkippableFact]
    public async Task A_batch_whose_commit_is_never_answered_is_stored_once()
    {
        using var proxy = new AnswerSwallowingProxy(Server.Port);
        await using var sink = await ConnectAsync(Options(proxy.Port));
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        proxy.Arm(AtCommit);
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
    public async Task Of_two_connections_that_store_the_same_records_the_second_waits_and_adds_what_is_left()
    {
        await using var left = await ConnectAsync();
        await using var again = await ConnectAsync();
        Task first, second;
        await using (await LockSamplesAsync())
        {
            first = left.WriteAsync(Batches.Counting(1, 0, 5), default).AsTask();
            await WaitingAsync(1);
            second = again.WriteAsync(Batches.Counting(1, 0, 7), default).AsTask();
            await WaitingAsync(2);
        }

        await first;
        await second;
        Assert.Equal(Batches.CountingStored(0, 7), Samples);
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
    public async Task Two_sinks_of_one_queue_do_not_take_each_others_records_for_their_own()
    {
        await using var sink = await ConnectAsync();
        await using var second = await ConnectAsync(name: "second");
        await sink.WriteAsync(Batches.Counting(2, 0, 1), default);
        await second.WriteAsync(Batches.Counting(1, 1, 1), default);
        await second.WriteAsync(Batches.Counting(1, 1, 1), default);
        await second.WriteAsync(Batches.Counting(3, 2, 2), default);

        Assert.Equal(Batches.CountingStored(0, 4), Samples);
        Assert.Equal([["second", "3", "1"], ["store", "2", "0"]],
            Query("SELECT sink, batch, record FROM $schema.plant_progress ORDER BY sink"));
    }

    [SkippableFact]
    public async Task Two_gateways_of_one_name_that_race_store_every_record_once()
    {
        const int Seed = 20261121;
        var all = Batches.Counting(1, 0, 600);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(RaceAsync));

        // Sorted, because rows of several connections are in separate pages.
        Assert.Equal(Batches.CountingStored(0, 600), Samples.OrderBy(s => int.Parse(s.Value, null)));

        async Task RaceAsync(int gateway)
        {
            // Each gateway divides the same records into other batches.
            var random = new Random(Seed + gateway);
            await using var sink = await ConnectAsync();
            for (var start = 0; start < all.Count;)
            {
                var (from, to) = (start, start + random.Next(1, 40));
                await sink.WriteAsync(all.Part(i => i >= from && i < to), default);
                start = to;
            }
        }
    }
}
