using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace PlantRuntime.Faults.Peers;

/// <summary>A record of a pair, as the stream has it.</summary>
/// <param name="Host">Plant id of the host that made it.</param>
/// <param name="Number">The state of its recipe.</param>
/// <param name="Id">Identity of the record.</param>
/// <param name="Token">Fencing token of the term in which it was made.</param>
/// <param name="IsLate">True if it is marked as late.</param>
internal sealed record PairRecord(int Host, long Number, string Id, long Token, bool IsLate);

/// <summary>Reads the records of a pair from a stream.</summary>
internal static class PairStream
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Returns all records of a stream, in its order.</summary>
    public static async Task<IReadOnlyList<PairRecord>> ReadAsync(int port, string stream)
    {
        await using var connection = new NatsConnection(new NatsOpts
        {
            Url = $"nats://127.0.0.1:{port}", ConnectTimeout = s_patience, CommandTimeout = s_patience, RequestTimeout = s_patience,
        });
        var context = new NatsJSContext(connection);
        var found = new List<PairRecord>();
        if ((await context.GetStreamAsync(stream).ConfigureAwait(false)).Info.State.Messages == 0) return found;
        var consumer = await context.CreateOrderedConsumerAsync(stream).ConfigureAwait(false);
        await foreach (var message in consumer.ConsumeAsync<byte[]>().ConfigureAwait(false))
        {
            using var json = JsonDocument.Parse(message.Data);
            found.Add(new PairRecord(
                json.RootElement.GetProperty("host").GetInt32(), json.RootElement.GetProperty("n").GetInt64(),
                Header(message, "Nats-Msg-Id"), long.TryParse(Header(message, "Plant-Lease"), out var token) ? token : 0,
                Header(message, "Plant-Late") == "1"));
            if (message.Metadata!.Value.NumPending == 0) break;
        }

        return found;
    }

    private static string Header(INatsJSMsg<byte[]> message, string name) =>
        message.Headers is { } headers && headers.TryGetValue(name, out var value) ? value.ToString() : "";
}
