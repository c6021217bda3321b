using System.Diagnostics;
using System.Globalization;
using System.Text;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt;

namespace PlantRuntime.Benchmarks.Mqtt;

/// <summary>
/// Measures messages per second of QoS 1 to mosquitto with 100 in flight: this sink and npm's mqtt, with the same payload and broker and
/// MQTT 5.0. The two alternate, so that load on the machine affects both; the result is the median of the ratios.
/// </summary>
internal static class MqttBenchmark
{
    private const int InFlight = 100;
    private const int Records = 1000;
    private const int BatchesPerRound = 20;
    private const int WarmUp = 2;
    private const int Rounds = 11;
    private const double Goal = 1.5;

    private const string Payload =
        """{"ts":1763712000,"ip":"192.168.0.121","db":500,"plc_id":"press","values":"""
        + """{"AI_Corrente":12.5,"AI_Vibracao":3.25,"pecas":1842}}""";

    public static async Task RunAsync()
    {
        if (!NpmPublisher.IsInstalled)
        {
            Console.WriteLine("mqtt: skipped: run npm ci in tests/peers");
            return;
        }

        await using var broker = await PeerProcess.StartAsync(
            "python3", "mosquitto_broker.py", $"[\"allow_anonymous true\", \"persistence false\", \"max_inflight_messages {InFlight}\"]");
        using var npm = await NpmPublisher.StartAsync(broker.Port, "plc/bench", Payload, InFlight);
        var options = new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "plc/bench", MaxInFlight = InFlight };
        await using var sink = new MqttPlugin().Open(options, BenchmarkFixture.Context("broker"));
        await sink.ConnectAsync(default);
        var batch = new RecordBatch { Queue = Guid.NewGuid(), Number = 1 };
        for (var i = 0; i < Records; i++) batch.Add(DateTime.UnixEpoch, "press", Encoding.UTF8.GetBytes(Payload));

        var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var npmSeconds = await npm.PublishAsync(Records * BatchesPerRound);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < BatchesPerRound; i++) await sink.WriteAsync(batch, default);
            var sinkSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (round < 0) continue;
            ours.Add(sinkSeconds);
            theirs.Add(npmSeconds);
            ratios.Add(npmSeconds / sinkSeconds);
        }

        double messages = Records * BatchesPerRound;
        var ratio = Measure.Median(ratios);
        Measure.Print(
            "mqtt: messages/s, QoS 1, 100 in flight / npm mqtt",
            $"{ratio:0.00} ({messages / Measure.Median(ours):0} / {messages / Measure.Median(theirs):0})",
            ratio >= Goal,
            $">= {Goal.ToString(CultureInfo.InvariantCulture)}");
    }
}
