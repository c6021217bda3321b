using NATS.Client.Core;
using NATS.Client.JetStream;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Faults.Peers;

/// <summary>Three nats-servers with the users of sites/ingest and JetStream on disk.</summary>
internal sealed class IngestCluster : IAsyncDisposable
{
    public const string Password = "geheim-8";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly NatsConnection _connection;

    private IngestCluster(NatsServer servers)
    {
        Servers = servers;
        _connection = new NatsConnection(new NatsOpts
        {
            Url = string.Join(',', servers.Addresses.Select(a => $"nats://{a}")), RetryOnInitialConnect = true,
            AuthOpts = new NatsAuthOpts { Username = "admin", Password = Password },
        });
    }

    public NatsServer Servers { get; }

    private NatsJSContext JetStream => new(_connection);

    /// <summary>Starts the servers; the first gateway creates the stream.</summary>
    public static async Task<IngestCluster> StartAsync(int nodes = 3)
    {
        var users = await File.ReadAllTextAsync(Path.Combine(SiteFolder.Committed("ingest"), "infra", "nats", "users.conf"));
        foreach (var user in (string[])["GATEWAY", "INGEST", "ADMIN"])
            users = users.Replace($"$NATS_{user}_PASSWORD", $"\"{Password}\"", StringComparison.Ordinal);
        return new IngestCluster(await NatsServer.StartAsync(users, nodes));
    }

    /// <summary>The environment of a site's host: the servers, beginning with one of them.</summary>
    public Dictionary<string, string> Environment(int first)
    {
        var addresses = Servers.Addresses;
        var environment = Enumerable.Range(0, 3).ToDictionary(i => $"NATS_{i + 1}", i => addresses[(first + i) % addresses.Count]);
        environment["NATS_TLS"] = "false";
        environment["NATS_GATEWAY_PASSWORD"] = environment["NATS_INGEST_PASSWORD"] = Password;
        return environment;
    }

    /// <summary>Waits until the stream has a leader and all its replicas have all messages.</summary>
    public Task WhenCurrentAsync() => UntilAsync(async cancel =>
    {
        var info = (await JetStream.GetStreamAsync("PLANT", cancellationToken: cancel)).Info;
        var current = info.Cluster?.Replicas?.Count(r => r is { Current: true, Offline: not true }) ?? 0;
        return info.Cluster?.Leader is { Length: > 0 } && current == info.Config.NumReplicas - 1;
    });

    /// <summary>Returns the number of messages in the stream, and how many deliveries of the consumer were not the first.</summary>
    public async Task<(long Messages, long Redelivered)> CountAsync()
    {
        var found = (0L, 0L);
        await UntilAsync(async cancel =>
        {
            var stream = (await JetStream.GetStreamAsync("PLANT", cancellationToken: cancel)).Info;
            var consumer = (await JetStream.GetConsumerAsync("PLANT", "ingest", cancel)).Info;
            found = ((long)stream.State.Messages, (long)(consumer.Delivered.ConsumerSeq - consumer.Delivered.StreamSeq));
            return true;
        });
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await Servers.DisposeAsync();
    }

    private static async Task UntilAsync(Func<CancellationToken, Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            try
            {
                if (await holds(patience.Token).ConfigureAwait(false)) return;
            }
            catch (NatsException) when (!patience.IsCancellationRequested)
            {
                // There is no stream or no leader yet.
            }

            await Task.Delay(s_look, patience.Token).ConfigureAwait(false);
        }
    }
}
