using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace PlantRuntime.Nats.Tests.Testing;

/// <summary>Reads and changes streams with a client of its own.</summary>
internal static class StoredStream
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Returns all messages of a stream in its order, by direct access to their sequence numbers.</summary>
    public static async Task<IReadOnlyList<StoredMessage>> ReadAsync(string server, string stream)
    {
        await using var connection = Connect(server);
        var context = new NatsJSContext(connection);
        StreamInfo info;
        try
        {
            info = (await context.GetStreamAsync(stream)).Info;
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == 10059)
        {
            return [];
        }

        if (info.State.Messages == 0) return [];

        // The leader has counted the messages. A consumer can be on a server that was restarted and has not caught up.
        var patience = Task.Delay(s_patience);
        while (true)
        {
            var found = await ReadOnceAsync(context, stream);
            if ((ulong)found.Count >= (ulong)info.State.Messages || patience.IsCompleted) return found;
        }
    }

    /// <summary>Waits until a stream has a leader and its other replicas have all messages: then one server can fail.</summary>
    public static async Task WhenCurrentAsync(string server, string stream, int replicas)
    {
        using var patience = new CancellationTokenSource(s_patience);
        await using var connection = Connect(server);
        var context = new NatsJSContext(connection);
        while (true)
        {
            try
            {
                var cluster = (await context.GetStreamAsync(stream, cancellationToken: patience.Token)).Info.Cluster;
                var current = cluster?.Replicas?.Count(r => r is { Current: true, Offline: not true }) ?? 0;
                if (cluster?.Leader is { Length: > 0 } && current == replicas - 1) return;
            }
            catch (NatsException) when (!patience.IsCancellationRequested)
            {
                // There is no leader yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    /// <summary>Opens a connection that waits long enough for a server on a busy machine.</summary>
    public static NatsConnection Connect(string server) => new(new NatsOpts
    {
        Url = $"nats://{server}", ConnectTimeout = s_patience, CommandTimeout = s_patience, RequestTimeout = s_patience,
    });

    private static async Task<List<StoredMessage>> ReadOnceAsync(NatsJSContext context, string stream)
    {
        var found = new List<StoredMessage>();
        var consumer = await context.CreateOrderedConsumerAsync(stream);
        await foreach (var message in consumer.ConsumeAsync<byte[]>())
        {
            found.Add(new StoredMessage(
                message.Subject, message.Headers?["Nats-Msg-Id"].ToString() ?? "", Encoding.UTF8.GetString(message.Data ?? [])));
            if (message.Metadata!.Value.NumPending == 0) break;
        }

        return found;
    }

    public static async Task<StreamConfig> CreateAsync(string server, StreamConfig config)
    {
        await using var connection = Connect(server);
        return (await new NatsJSContext(connection).CreateStreamAsync(config)).Info.Config;
    }

    /// <summary>Deletes all messages of a stream.</summary>
    public static async Task PurgeAsync(string server, string stream)
    {
        await using var connection = Connect(server);
        await new NatsJSContext(connection).PurgeStreamAsync(stream, new StreamPurgeRequest());
    }

    public static async Task<StreamConfig> ConfigAsync(string server, string stream)
    {
        await using var connection = Connect(server);
        return (await new NatsJSContext(connection).GetStreamAsync(stream)).Info.Config;
    }
}

/// <summary>A message of a stream.</summary>
internal sealed record StoredMessage(string Subject, string Id, string Payload);
