using System.Diagnostics;
using System.Globalization;
using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats;

namespace PlantRuntime.Benchmarks.Nats;

/// <summary>
/// Measures messages per second into and out of a JetStream stream: the sink and a bare NATS.Net publisher, the driver and a bare pull
/// consumer, each with the same window, payload and server. They alternate, so that load on the machine affects both; the result is the
/// median of the ratios.
/// </summary>
internal static class NatsBenchmark
{
    private const int Window = 256;
    private const int Records = 500;
    private const int BatchesPerRound = 20;
    private const int WarmUp = 2;
    private const int Rounds = 7;
    private const double Goal = 0.7;

    private static readonly byte[] s_payload = Encoding.UTF8.GetBytes(
        """{"ts":1763712000,"ip":"192.168.0.121","db":500,"plc_id":"press","values":"""
        + """{"AI_Corrente":12.5,"AI_Vibracao":3.25,"pecas":1842}}""");

    public static async Task RunAsync()
    {
        await using var server = await PeerProcess.StartAsync(
            "python3", "nats_server.py", "[\"jetstream { store_dir: \\\"STORE\\\" }\"]");
        await using var connection = new NatsConnection(new NatsOpts { Url = $"nats://127.0.0.1:{server.Port}" });
        var bare = new NatsJSContext(connection);
        await bare.CreateStreamAsync(new StreamConfig("BENCH", ["bench.>"]));
        await PublishAsync(server.Port, bare);
        await ConsumeAsync(server.Port, bare);
    }

    private static async Task PublishAsync(int port, NatsJSContext bare)
    {
        var options = new NatsSinkOptions
        {
            Servers = [$"127.0.0.1:{port}"], Subject = "bench.{device}", MaxInFlight = Window,
            Stream = new NatsStreamOptions { Name = "BENCH" },
        };
        await using var sink = new NatsPlugin().Open(options, BenchmarkFixture.Context("bus"));
        await sink.ConnectAsync(default);
        var batch = new RecordBatch { Queue = Guid.NewGuid() };
        var number = 0;
        await CompareAsync(
            "nats: sink, 256 in flight / bare publisher",
            async () =>
            {
                for (var i = 0; i < BatchesPerRound; i++)
                {
                    batch.Clear();
                    batch.Number = ++number;
                    for (var n = 0; n < Records; n++) batch.Add(DateTime.UnixEpoch, "press", s_payload);
                    await sink.WriteAsync(batch, default);
                }
            },
            async () =>
            {
                var waiting = new Queue<NatsJSPublishConcurrentFuture>();
                var round = Guid.NewGuid().ToString("N");
                for (var i = 0; i < Records * BatchesPerRound; i++)
                {
                    if (waiting.Count == Window) await FinishAsync(waiting.Dequeue());
                    waiting.Enqueue(await bare.PublishConcurrentAsync(
                        "bench.press", s_payload, opts: new NatsJSPubOpts { MsgId = $"{round}-{i}" }));
                }

                while (waiting.TryDequeue(out var last)) await FinishAsync(last);
            });
    }

    private static async Task FinishAsync(NatsJSPublishConcurrentFuture future)
    {
        await using (future) (await future.GetResponseAsync()).EnsureSuccess();
    }

    private static async Task ConsumeAsync(int port, NatsJSContext bare)
    {
        var options = new NatsDriverOptions
        {
            Servers = [$"127.0.0.1:{port}"], Stream = "BENCH", Consumer = "driver", MaxInFlight = 1000,
        };
        IDriverPlugin plugin = new NatsPlugin();
        await using var driver = (ISubscriber)plugin.Open(options, BenchmarkFixture.Context("bus"));
        var scan = new PreparedScan(driver, "bench.* : values.AI_Corrente", "bench.* : values.AI_Vibracao", "bench.* : values.pecas");
        await driver.ConnectAsync(default);
        var consumer = await bare.CreateConsumerAsync(
            "BENCH", new ConsumerConfig("bare") { MaxAckPending = 1000, AckPolicy = ConsumerConfigAckPolicy.Explicit });
        var messages = consumer.ConsumeAsync<byte[]>(opts: new NatsJSConsumeOpts { MaxMsgs = 1000 }).GetAsyncEnumerator();
        var scans = 0L;
        await CompareAsync(
            "nats: driver, 3 tags / bare pull consumer",
            async () =>
            {
                for (var i = 0; i < BatchesPerRound; i++)
                {
                    for (var n = 0; n < Records; n++, scans++) await scan.ReadAsync();
                    await driver.AcknowledgeAsync(scans, default);
                }
            },
            async () =>
            {
                for (var i = 0; i < BatchesPerRound; i++)
                {
                    var read = new List<INatsJSMsg<byte[]>>();
                    while (read.Count < Records && await messages.MoveNextAsync()) read.Add(messages.Current);
                    await Task.WhenAll(read.Select(m => m.AckAsync(new AckOpts { DoubleAck = true }).AsTask()));
                }
            });
        await messages.DisposeAsync();
    }

    private static async Task CompareAsync(string what, Func<Task> ours, Func<Task> theirs)
    {
        var (own, bare, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var (bareSeconds, ownSeconds) = (await TimeAsync(theirs), await TimeAsync(ours));
            if (round < 0) continue;
            own.Add(ownSeconds);
            bare.Add(bareSeconds);
            ratios.Add(bareSeconds / ownSeconds);
        }

        const double Messages = Records * BatchesPerRound;
        var ratio = Measure.Median(ratios);
        Measure.Print(
            what, $"{ratio:0.00} ({Messages / Measure.Median(own):0} / {Messages / Measure.Median(bare):0})", ratio >= Goal,
            $">= {Goal.ToString(CultureInfo.InvariantCulture)}");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
