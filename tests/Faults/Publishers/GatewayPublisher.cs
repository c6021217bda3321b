using System.Globalization;
using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using PlantRuntime.Faults.Numbered;

namespace PlantRuntime.Faults.Publishers;

/// <summary>
/// A program that is many gateways without our host: each has a connection of NATS.Net and publishes numbered messages into the stream
/// PLANT, one after the other. Its queue is the last acknowledged number, which is kept over kills: the next number is published, with the
/// same <c>Nats-Msg-Id</c>, until the stream has acknowledged it.
/// </summary>
internal static class GatewayPublisher
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The name of a gateway: the second part of its subject.</summary>
    public static string NameOf(int gateway) => $"sim-{gateway}";

    /// <summary>Publishes until every gateway has its last number acknowledged.</summary>
    /// <param name="state">Path of the <see cref="PublisherState"/>.</param>
    /// <param name="first">Number of its first gateway.</param>
    /// <param name="count">Its gateways.</param>
    /// <param name="limit">The last number of each gateway.</param>
    /// <param name="rate">Messages per second of each gateway.</param>
    /// <param name="servers">Ports on 127.0.0.1.</param>
    /// <param name="password">Password of the user "gateway".</param>
    public static async Task<int> RunAsync(string state, int first, int count, long limit, double rate, int[] servers, string password)
    {
        using var acknowledged = new PublisherState(state, count);
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => RunGatewayAsync(i))).ConfigureAwait(false);
        return 0;

        async Task RunGatewayAsync(int index)
        {
            var name = NameOf(first + index);
            var urls = servers.Select((_, i) => $"nats://127.0.0.1:{servers[(i + index) % servers.Length]}");
            await using var connection = new NatsConnection(new NatsOpts
            {
                Url = string.Join(',', urls), NoRandomize = true, Name = name, RequestTimeout = s_timeout, CommandTimeout = s_timeout,
                AuthOpts = new NatsAuthOpts { Username = "gateway", Password = password },
                RetryOnInitialConnect = true, ReconnectWaitMin = s_pause, ReconnectWaitMax = 2 * s_pause,
            });
            var stream = new NatsJSContext(connection);
            var (start, started) = (acknowledged[index], TimeProvider.System.GetTimestamp());
            for (var number = start + 1; number <= limit; number++)
            {
                var wait = TimeSpan.FromSeconds((number - start) / rate) - TimeProvider.System.GetElapsedTime(started);
                if (wait > TimeSpan.Zero) await Task.Delay(wait).ConfigureAwait(false);
                var payload = Format(number);
                while (!await TryPublishAsync(stream, name, number, payload).ConfigureAwait(false))
                    await Task.Delay(s_pause).ConfigureAwait(false);
                acknowledged[index] = number;
            }
        }
    }

    private static byte[] Format(long number)
    {
        // The time is part of the table's key, so it must be the same when the message is published again.
        var time = DateTime.UnixEpoch.AddYears(56).AddMilliseconds(number).ToString("O", CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(
            $$$"""{"time":"{{{time}}}","device":"line","tags":{"t0":"{{{NumberedText.Format(1, 0, number, "")}}}"}}""");
    }

    private static async Task<bool> TryPublishAsync(NatsJSContext stream, string name, long number, byte[] payload)
    {
        using var limit = new CancellationTokenSource(2 * s_timeout);
        try
        {
            var ack = await stream.PublishAsync($"plant.{name}.line", payload,
                opts: new NatsJSPubOpts { MsgId = $"{name}-{number}", ExpectedStream = "PLANT" }, cancellationToken: limit.Token)
                .ConfigureAwait(false);
            return ack.Error is null;
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            return false;
        }
    }
}
