using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Nats.Tests;

/// <summary>The users of sites/ingest: a gateway and an ingest host may do what they need, and nothing that loses or forges data.</summary>
[Trait("Needs", "Server")]
public sealed class IngestUsersTests
{
    private const string Password = "for all";

    [SkippableFact]
    public async Task A_gateway_publishes_and_reads_nothing_and_an_ingest_host_reads_and_publishes_nothing()
    {
        var users = await File.ReadAllTextAsync(Path.Combine(SiteFolder.Committed("ingest"), "infra", "nats", "users.conf"));
        foreach (var user in (string[])["GATEWAY", "INGEST", "ADMIN"])
            users = users.Replace($"$NATS_{user}_PASSWORD", $"\"{Password}\"", StringComparison.Ordinal);
        await using var server = await NatsServer.StartAsync(users);
        await using var gateway = Connect(server, "gateway");
        await using var ingest = Connect(server, "ingest");
        await using var admin = Connect(server, "admin");
        await new NatsJSContext(admin).CreateStreamAsync(new StreamConfig("PLANT", ["plant.*.*"]));
        await new NatsJSContext(admin).CreateConsumerAsync("PLANT", new ConsumerConfig("ingest"));
        await new NatsJSContext(admin).CreateConsumerAsync("PLANT", new ConsumerConfig("other"));

        Assert.Equal(1UL, (await new NatsJSContext(gateway).PublishAsync("plant.press.line", "{}"u8.ToArray())).Seq);
        await RefusedAsync(gateway, "$JS.API.CONSUMER.MSG.NEXT.PLANT.ingest");
        foreach (var connection in (NatsConnection[])[gateway, ingest])
        {
            foreach (var call in (string[])["STREAM.DELETE.PLANT", "STREAM.PURGE.PLANT", "STREAM.UPDATE.PLANT", "STREAM.MSG.DELETE.PLANT",
                "CONSUMER.DELETE.PLANT.ingest", "CONSUMER.MSG.NEXT.PLANT.other"])
                await RefusedAsync(connection, $"$JS.API.{call}");
        }

        await RefusedAsync(ingest, "plant.press.line");
        var info = (await new NatsJSContext(admin).GetStreamAsync("PLANT")).Info;
        Assert.Equal((1L, 2L), ((long)info.State.Messages, (long)info.State.ConsumerCount));
    }

    private static NatsConnection Connect(NatsServer server, string user) => new(new NatsOpts
    {
        Url = $"nats://{server.Addresses[0]}", AuthOpts = new NatsAuthOpts { Username = user, Password = Password },
        RequestTimeout = TimeSpan.FromSeconds(60), CommandTimeout = TimeSpan.FromSeconds(60), ConnectTimeout = TimeSpan.FromSeconds(60),
    });

    /// <summary>Expects that the server refuses to let this user publish to a subject.</summary>
    private static async Task RefusedAsync(NatsConnection connection, string subject)
    {
        var refused = new TaskCompletionSource<string>();
        ValueTask Note(object? sender, NatsServerErrorEventArgs e)
        {
            refused.TrySetResult(e.Error);
            return default;
        }

        connection.ServerError += Note;
        await connection.PublishAsync(subject, "{}"u8.ToArray());
        Assert.Contains(subject, await refused.Task.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.OrdinalIgnoreCase);
        connection.ServerError -= Note;
    }
}
