using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>
/// Tests records for which the broker closes the connection, the only way to refuse one with MQTT 3.1.1: they are rejected alone after
/// several attempts.
/// </summary>
public sealed class ClosedConnectionTests : IDisposable
{
    private const int Records = 60;

    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("3.1.1", 1, true)]
    [InlineData("3.1.1", 2, true)]
    [InlineData("3.1.1", 1, false)]
    [InlineData("5.0", 1, true)]
    [InlineData("5.0", 2, false)]
    public async Task A_record_that_the_broker_closes_the_connection_for_is_rejected_and_the_others_are_stored(
        string version, int qos, bool keepsSession)
    {
        int[] refused = [0, 7, 8, 31, 59];
        var stored = new List<string>();
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Publish && refused.Contains(NumberOf(packet)))
            {
                connection.Close();
                return;
            }

            if (packet.Type == BrokerPacket.Publish) stored.Add($"{NumberOf(packet)}");
            if (packet.Type == BrokerPacket.Connect && keepsSession && !packet.IsCleanStart) connection.ConnAck(sessionPresent: true);
            else connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos, version, 20));
        var rejected = await DeliverAsync(sink, Batch());
        Assert.Equal(refused, rejected.Select(r => r.Record));
        Assert.All(rejected, r => Assert.Matches(
            @"127\.0\.0\.1:\d+: the broker closed the connection 3 times in a row when it received only the message of \d+ bytes to t: "
            + "it refuses the topic or the length", r.Reason));
        // Acknowledgements that were on their way when the broker closed the connection may be lost, so messages in flight may come twice.
        Assert.Equal(Enumerable.Range(0, Records).Except(refused).Select(n => $"{n}"), stored.Distinct());
    }

    [Fact]
    public async Task Messages_before_and_behind_the_refused_one_are_not_sent_again_when_they_were_acknowledged()
    {
        var stored = new ConcurrentQueue<int>();
        _fixture.Broker.Script = (packet, connection) =>
        {
            // A record counts as stored before the sink can know of it.
            if (packet.Type == BrokerPacket.Publish && NumberOf(packet) != 30) stored.Enqueue(NumberOf(packet));
            if (packet.Type == BrokerPacket.Publish && NumberOf(packet) == 30) connection.Close();
            else connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(1, "3.1.1", 1));
        Assert.Equal([30], (await DeliverAsync(sink, Batch())).Select(r => r.Record));
        Assert.Equal(Enumerable.Range(0, Records).Where(n => n != 30), stored);
    }

    [Theory]
    [InlineData(0x8E)]
    [InlineData(0x8B)]
    public async Task A_connection_that_ends_for_another_reason_rejects_nothing(byte reason)
    {
        var closings = 0;
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Publish && closings++ < 20)
            {
                connection.Send(0xE0, 1, reason);
                connection.Close();
            }
            else if (packet.Type != BrokerPacket.Disconnect)
            {
                connection.Reply(packet);
            }
        };
        await using var sink = await _fixture.ConnectAsync(_fixture.Options());
        Assert.Empty(await DeliverAsync(sink, Batch()));
    }

    [Fact]
    public async Task A_broker_that_closes_connections_at_random_rejects_nothing()
    {
        var random = new Random(20261130);
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Publish && random.Next(20) == 0) connection.Close();
            else connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(1, "3.1.1", 20));
        Assert.Empty(await DeliverAsync(sink, Batch()));
    }

    [Trait("Needs", "Server")]
    [SkippableTheory]
    [InlineData("3.1.1", 1)]
    [InlineData("3.1.1", 2)]
    public async Task A_packet_longer_than_mosquitto_accepts_is_rejected(string version, int qos)
    {
        await using var broker = await Mosquitto.StartOpenAsync("max_packet_size 2000");
        await using var subscriber = await MosquittoSub.StartAsync(broker.Port, "t");
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Version = version, Qos = qos, Topic = "t" });
        var batch = Batches.Empty(1);
        for (var i = 0; i < 10; i++)
            batch.Add(Batches.Start, "press", JsonSerializer.SerializeToUtf8Bytes(i == 4 ? new string('x', 3000) : $"{i}"));
        var rejected = Assert.Single(await DeliverAsync(sink, batch));
        Assert.Equal(4, rejected.Record);
        Assert.Contains("to t: it refuses the topic or the length", rejected.Reason, StringComparison.Ordinal);
        await sink.WriteAsync(SinkFixture.Numbers(2, 77, 1), default);
        Assert.Equal(["0", "1", "2", "3", "5", "6", "7", "8", "9", "77"],
            (await subscriber.ReadAsync()).Select(m => m.Split(' ')[^1].Trim('"')).Distinct());
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task A_topic_that_aedes_refuses_does_not_block_the_others()
    {
        await using var broker = await Aedes.StartAsync("aedes_guarded_broker.js");
        await using var subscriber = await MosquittoSub.StartAsync(broker.Port, "plc/#");
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Version = "3.1.1", Topic = "{device}/x" });
        var batch = Batches.Empty(1);
        for (var n = 0; n < 5; n++) batch.Add(Batches.Start, n % 2 == 1 ? "secret" : "plc", Encoding.UTF8.GetBytes($"{n}"));
        Assert.Equal([1, 3], (await DeliverAsync(sink, batch)).Select(r => r.Record));
        await sink.WriteAsync(Last(), default);
        Assert.Equal(["0", "2", "4", "9"], (await subscriber.ReadAsync()).Select(m => m.Split(' ')[^1]).Distinct());

        static RecordBatch Last()
        {
            var last = Batches.Empty(2);
            last.Add(Batches.Start, "plc", "9"u8);
            return last;
        }
    }

    private static RecordBatch Batch() => SinkFixture.Numbers(1, 0, Records);

    private static int NumberOf(BrokerPacket packet) =>
        int.Parse(Encoding.UTF8.GetString(packet.Body.AsSpan(packet.Body[5] == 0 ? 6 : 5)), CultureInfo.InvariantCulture);

    /// <summary>Delivers a batch as the host does, with the indexes of the rejected records in the whole batch and their reasons.</summary>
    private static async Task<IReadOnlyList<(int Record, string Reason)>> DeliverAsync(ISink sink, RecordBatch whole)
    {
        var rejected = new List<(int Record, string Reason)>();
        List<int> rest = [.. Enumerable.Range(0, whole.Count)];
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var batch = new RecordBatch { Queue = whole.Queue };
            foreach (var index in rest) batch.Add(whole[index]);
            try
            {
                await sink.WriteAsync(batch, default);
                return rejected;
            }
            catch (NotConnectedException)
            {
                await sink.ConnectAsync(default);
            }
            catch (RejectedException e)
            {
                rejected.AddRange(e.Indexes!.Select(i => (rest[i], e.Message)));
                rest = [.. rest.Where((_, i) => !e.Indexes!.Contains(i))];
                if (e.OthersAreStored || rest.Count == 0) return rejected;
            }
        }

        throw new InvalidOperationException("the batch is not delivered after 200 attempts");
    }
}
