using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>Kills and freezes servers while a batch is on its way: every record is stored once and in order.</summary>
[Trait("Needs", "Server")]
public sealed class NatsFaultTests : IDisposable
{
    private const int Records = 5000;

    private readonly NatsSinkFixture _sinks = new();

    [SkippableFact]
    public async Task A_server_killed_during_batches_has_every_record_once_and_in_order_after_its_restart()
    {
        // sync_interval bounds what the server has not written when the machine loses power; SIGKILL loses nothing that was written.
        await using var server = await NatsServer.StartAsync();
        await using var sink = await _sinks.ConnectAsync(Options(server.Addresses));
        for (var batch = 1; batch <= 3; batch++)
        {
            var records = Batches.Counting(batch, (batch - 1) * Records, Records);
            var writing = sink.WriteAsync(records, default).AsTask();
            await server.KillAsync();
            var failure = await Xunit.Record.ExceptionAsync(() => writing);
            Assert.True(failure is null or NotConnectedException, failure?.ToString());
            await server.RestartAsync();
            await NatsSinkFixture.ReconnectAsync(sink);
            await WriteAsync(sink, records);
        }

        await ExpectStoredAsync(server.Addresses[0], 3 * Records);
    }

    [SkippableFact]
    public async Task A_frozen_server_is_noticed_and_has_every_record_once_when_it_goes_on()
    {
        await using var server = await NatsServer.StartAsync();
        await using var sink = await _sinks.ConnectAsync(Options(server.Addresses, timeout: TimeSpan.FromSeconds(1)));
        var records = Batches.Counting(1, 0, Records);
        await server.FreezeAsync();
        var lost = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(records, default));
        Assert.Contains("no acknowledgement within 1 s", lost.Message, StringComparison.Ordinal);
        var silent = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.Contains("no answer within 1 s", silent.Message, StringComparison.Ordinal);
        await server.ThawAsync();
        await NatsSinkFixture.ReconnectAsync(sink);
        await WriteAsync(sink, records);
        await ExpectStoredAsync(server.Addresses[0], Records);
    }

    [SkippableFact]
    public async Task A_stream_with_three_replicas_goes_on_when_any_one_server_is_killed()
    {
        await using var cluster = await NatsServer.StartAsync(nodes: 3);
        await using var sink = _sinks.Open(Options(cluster.Addresses, replicas: 3));
        var written = 0;
        for (var node = 0; node < 3; node++)
        {
            await NatsSinkFixture.ReconnectAsync(sink);
            await WriteAsync(sink, Batches.Counting(node + 1, written, 500));
            written += 500;
            await cluster.KillAsync(node);
            var next = Batches.Counting(10 + node, written, 500);
            await WriteAsync(sink, next);
            written += 500;
            await cluster.RestartAsync(node);
            await StoredStream.WhenCurrentAsync(cluster.Addresses[node], "PLANT", replicas: 3);
        }

        await ExpectStoredAsync(cluster.Addresses[0], written);
    }

    [SkippableFact]
    public async Task A_subject_that_the_user_may_not_publish_to_is_rejected_and_the_others_are_stored()
    {
        await using var server = await NatsServer.StartAsync(
            """
            authorization { users: [
              { user: edge, password: pw, permissions: { publish: { deny: ["plant.Lab"] } } }
            ] }
            """);
        await using var sink = await _sinks.ConnectAsync(new NatsSinkOptions
        {
            Servers = server.Addresses, Subject = "plant.{device}", User = "edge", Password = new Secret("pw"),
            Stream = new NatsStreamOptions { Name = "PLANT" },
        });
        var batch = Batches.Counting(1, 0, 2);
        batch.Add(Batches.Start, "Lab", "{}"u8);
        batch.AddCounting(2, 2);

        var refused = await DeliveryLoop.RunAsync(sink, batch);
        Assert.Equal([batch[2].Id], refused);
        await sink.WriteAsync(Batches.Counting(2, 4, 1), default);
    }

    [SkippableFact]
    public async Task The_first_server_that_answers_is_used()
    {
        await using var server = await NatsServer.StartAsync();
        await using var sink = await _sinks.ConnectAsync(Options([$"127.0.0.1:{ClosedPort.Find()}", server.Addresses[0]]));
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        await ExpectStoredAsync(server.Addresses[0], 1);
    }

    public void Dispose() => _sinks.Dispose();

    private static NatsSinkOptions Options(IReadOnlyList<string> servers, int? replicas = null, TimeSpan? timeout = null) => new()
    {
        Servers = servers,
        Subject = "plant.{device}",
        Stream = new NatsStreamOptions { Name = "PLANT", Replicas = replicas },
        Timeout = timeout ?? TimeSpan.FromSeconds(9),
    };

    // As the host does: it writes the same batch until it is stored.
    private static async Task WriteAsync(ISink sink, RecordBatch batch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            try
            {
                await sink.WriteAsync(batch, limit.Token);
                return;
            }
            catch (Exception e) when (e is NotConnectedException or IOException)
            {
                limit.Token.ThrowIfCancellationRequested();
                await NatsSinkFixture.ReconnectAsync(sink);
            }
        }
    }

    private static async Task ExpectStoredAsync(string server, int count)
    {
        var stored = await StoredStream.ReadAsync(server, "PLANT");
        Assert.Equal(Batches.CountingStored(0, count), stored.SelectMany(m => JsonLine.Samples(m.Payload)));
    }
}
