using System.Globalization;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>Reads streams with the driver: acknowledgements, redelivery, shared consumers, dead letters, and killed servers.</summary>
[Trait("Needs", "Server")]
public sealed class ConsumerTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly NatsSinkFixture _sinks = new();

    [SkippableFact]
    public async Task What_is_stored_is_not_delivered_to_the_next_host_and_what_is_not_stored_comes_again_with_the_same_time()
    {
        await using var server = await NatsServer.StartAsync();
        await PublishAsync(server, 1, 0, 10);
        DateTime? time;
        await using (var first = Open(server))
        {
            var scan = await ConnectAsync(first);
            Assert.Equal(Range(0, 6), await ReadAsync(scan, 6));
            time = scan.Buffer.SourceTime;
            await first.AcknowledgeAsync(5, default);
        }

        await using var second = Open(server);
        var again = await ConnectAsync(second);
        var values = await ReadAsync(again, 5);

        // Messages that the first host had received come again after ack_wait.
        Assert.Equal(Range(5, 5), values.Order());
        await second.AcknowledgeAsync(5, default);
        Assert.NotNull(time);
        var properties = await ((IDescribed)second).DescribeAsync(default);
        Assert.Equal("0", properties.Single(p => p.Name == "backlog").Text);
        Assert.Equal("0", properties.Single(p => p.Name == "unacknowledged").Text);
        Assert.NotEqual("0", properties.Single(p => p.Name == "redelivered").Text);
    }

    [SkippableFact]
    public async Task Two_hosts_share_a_consumer_and_each_message_is_read_by_one_of_them()
    {
        const int Count = 400;
        await using var server = await NatsServer.StartAsync();
        await StoredStream.CreateAsync(server.Addresses[0], new StreamConfig("PLANT", ["plant.*"]));
        await using var first = Open(server, maxInFlight: 50);
        await using var second = Open(server, maxInFlight: 50);
        var scans = new[] { (first, await ConnectAsync(first)), (second, await ConnectAsync(second)) };
        await PublishAsync(server, 1, 0, Count);
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        using var all = new CancellationTokenSource(s_limit);
        await Task.WhenAll(scans.Select(s => Task.Run(async () =>
        {
            try
            {
                for (var n = 1; !all.IsCancellationRequested; n++)
                {
                    await s.Item2.ReadAsync(all.Token);
                    seen.Add((int)s.Item2[0].Number);
                    await s.Item1.AcknowledgeAsync(n, CancellationToken.None);
                    if (seen.Count >= Count) await all.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                // The other host has read the last message.
            }
        })));
        Assert.Equal(Range(0, Count), seen.Order());
    }

    [SkippableFact]
    public async Task Identity_and_sequence_of_a_message_are_the_same_when_it_comes_to_another_host()
    {
        await using var server = await NatsServer.StartAsync();
        await PublishAsync(server, 1, 0, 2);
        await using (var foreign = StoredStream.Connect(server.Addresses[0]))
            (await new NatsJSContext(foreign).PublishAsync("plant.hall", "off"u8.ToArray())).EnsureSuccess();
        string[] expected = [$"{Batches.Counting(1, 0, 2)[0].Id}|1", $"{Batches.Counting(1, 0, 2)[1].Id}|2", "PLANT-3|3"];
        for (var host = 0; host < 2; host++)
        {
            await using var driver = Open(server);
            var scan = await ConnectAsync(driver, new PreparedScan(driver, "plant.* : $id", "plant.* : $sequence"));
            var found = new List<string>();
            using var limit = new CancellationTokenSource(s_limit);
            while (found.Count < expected.Length)
            {
                await scan.ReadAsync(limit.Token);
                found.Add($"{scan[0]}|{scan[1]}");
            }

            Assert.Equal(expected, found.OrderBy(f => f[^1]));
        }
    }

    [SkippableFact]
    public async Task Messages_without_a_tag_are_acknowledged_and_do_not_stop_the_others()
    {
        await using var server = await NatsServer.StartAsync();
        await PublishAsync(server, 1, 0, 50);
        await using var driver = Open(server, maxInFlight: 10);

        // Two patterns of which none covers the other: the consumer has no filter.
        var scan = new PreparedScan(driver, "plant.lab : tags.n", "plant.hall : tags.n");
        await ConnectAsync(driver, scan);
        var reading = ReadAsync(scan, 1);
        await PublishAsync(server, 2, 7, 1, "plant.lab");
        Assert.Equal(7, Assert.Single(await reading));
    }

    [SkippableFact]
    public async Task A_message_that_is_delivered_too_often_becomes_a_dead_letter()
    {
        await using var server = await NatsServer.StartAsync();
        await StoredStream.CreateAsync(server.Addresses[0], new StreamConfig("DEAD", ["dead.>"]));
        await PublishAsync(server, 1, 0, 1);
        for (var delivery = 0; delivery < 2; delivery++)
        {
            await using var crashing = Open(server, maxDeliver: 2);
            Assert.Equal(0, Assert.Single(await ReadAsync(await ConnectAsync(crashing), 1)));
        }

        await using var driver = Open(server, maxDeliver: 2);
        var scan = await ConnectAsync(driver);
        var reading = ReadAsync(scan, 1);
        await PublishAfterDeadLetterAsync(server);
        Assert.Equal(1, Assert.Single(await reading));
        var dead = Assert.Single(await StoredStream.ReadAsync(server.Addresses[0], "DEAD"));
        Assert.Equal(("dead.plant", "PLANT-1"), (dead.Subject, dead.Id));
    }

    [SkippableFact]
    public async Task A_killed_server_loses_nothing_and_stored_messages_are_not_read_again()
    {
        await using var server = await NatsServer.StartAsync();
        await PublishAsync(server, 1, 0, 100);
        await using var driver = Open(server);
        var scan = await ConnectAsync(driver);
        Assert.Equal(Range(0, 50), await ReadAsync(scan, 50));
        await server.KillAsync();

        // The scans are stored while there is no connection.
        await Assert.ThrowsAsync<NotConnectedException>(async () => await driver.AcknowledgeAsync(50, default));
        await server.RestartAsync();
        Assert.Equal(Range(50, 50), (await ReadAsync(await ConnectAsync(driver, scan), 50)).Order());
        await driver.AcknowledgeAsync(50, default);
    }

    [SkippableFact]
    public async Task An_existing_consumer_that_differs_is_an_error_and_a_missing_stream_is_named()
    {
        await using var server = await NatsServer.StartAsync();
        await using var early = Open(server);
        var missing = await Assert.ThrowsAsync<NotConnectedException>(() => ConnectAsync(early));
        Assert.Contains("stream not found", missing.Message, StringComparison.Ordinal);
        await PublishAsync(server, 1, 0, 1);
        await ConnectAsync(early);
        await using var other = Open(server, maxInFlight: 7);
        var differing = await Assert.ThrowsAsync<NotConnectedException>(() => ConnectAsync(other));
        Assert.Contains("max_in_flight is 1000, not 7", differing.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _sinks.Dispose();

    private static int[] Range(int first, int count) => [.. Enumerable.Range(first, count)];

    private static async Task<PreparedScan> ConnectAsync(ISubscriber driver, PreparedScan? prepared = null)
    {
        var scan = prepared ?? new PreparedScan(driver, "plant.* : tags.n");
        using var limit = new CancellationTokenSource(s_limit);
        await driver.ConnectAsync(limit.Token);
        return scan;
    }

    private static async Task<int[]> ReadAsync(PreparedScan scan, int count)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var values = new List<int>();
        while (values.Count < count)
        {
            await scan.ReadAsync(limit.Token);
            values.Add(int.Parse(scan[0].ToString(), CultureInfo.InvariantCulture));
        }

        return [.. values];
    }

    private ISubscriber Open(NatsServer server, int maxInFlight = 1000, int? maxDeliver = null)
    {
        var options = new NatsDriverOptions
        {
            Servers = server.Addresses, Stream = "PLANT", Consumer = "historian", MaxInFlight = maxInFlight,
            AckWait = TimeSpan.FromSeconds(1), MaxDeliver = maxDeliver, DeadLetterSubject = maxDeliver is null ? null : "dead.plant",
        };
        Assert.Empty(options.Validate());
        IDriverPlugin plugin = new NatsPlugin();
        var context = new PluginContext("bus", "press-hall", _sinks.Folder.Path, TimeProvider.System, _sinks.Log);
        return (ISubscriber)plugin.Open(options, context);
    }

    private async Task PublishAsync(NatsServer server, int batch, int first, int count, string subject = "plant.{device}")
    {
        await using var sink = await _sinks.ConnectAsync(new NatsSinkOptions
        {
            Servers = server.Addresses, Subject = subject,
            Stream = new NatsStreamOptions { Name = "PLANT", Subjects = ["plant.*"] },
        });
        await sink.WriteAsync(Batches.Counting(batch, first, count), default);
    }

    private async Task PublishAfterDeadLetterAsync(NatsServer server)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while ((await StoredStream.ReadAsync(server.Addresses[0], "DEAD")).Count == 0) await Task.Delay(100, limit.Token);
        await PublishAsync(server, 2, 1, 1);
    }
}
