using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>
/// Tests messages that are longer than max_packet_size: their tags are bad, they are acknowledged, and those behind them come.
/// </summary>
public sealed class TooLongMessageTests : IDisposable
{
    private const int Length = 300_000;

    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("5.0", 1)]
    [InlineData("5.0", 2)]
    [InlineData("3.1.1", 0)]
    [InlineData("3.1.1", 1)]
    public async Task Its_tags_are_bad_by_name_and_the_next_message_comes(string version, int qos)
    {
        OnSubscribe((packet, connection) =>
        {
            connection.Reply(packet);
            connection.Publish("a", "1", qos == 0 ? 0 : 1, qos);
            connection.Publish("b", new string('x', Length), qos == 0 ? 0 : 2, qos);
            connection.Publish("other", new string('x', Length), qos == 0 ? 0 : 3, qos);
            connection.Publish("a", "2", qos == 0 ? 0 : 4, qos);
        });
        await using var driver = new DriverFixture(Options(version, qos), _fixture.Clock, "a", "b : x", "b : y", "+ : $topic");
        await driver.ConnectAsync();
        var length = Length + 3 + 4 + (qos > 0 ? 2 : 0) + (version == "5.0" ? 1 : 0);
        var reason = $"BAD_TYPE(the message of {length} bytes is longer than max_packet_size = 256KB)";
        Assert.Equal(
            ["t0=1 t3=a", $"t1={reason} t2={reason} t3=b", "t3=other", "t0=2 t3=a"],
            await driver.NextAsync(4));
        if (qos == 0) return;
        await driver.AcknowledgeAsync(4);
        for (var id = 1; id <= 4; id++)
            Assert.Equal(id, (await _fixture.Broker.WaitForAsync(qos == 1 ? BrokerPacket.PubAck : BrokerPacket.PubRec)).Id);
    }

    [Theory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task A_limit_below_the_longest_topic_is_kept(string version)
    {
        OnSubscribe((packet, connection) =>
        {
            connection.Reply(packet);
            connection.Publish("a", new string('x', 2000), 1);
            connection.Publish("a", "2", 2);
        });
        await using var driver = new DriverFixture(
            new MqttDriverOptions
            {
                Host = "127.0.0.1", Port = _fixture.Broker.Port, Version = version, MaxPacketSize = new ByteSize(1024),
            },
            _fixture.Clock, "a");
        await driver.ConnectAsync();
        Assert.EndsWith("is longer than max_packet_size = 1KB)", await driver.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("t0=2", await driver.NextAsync());
    }

    /// <summary>On a slow line the bytes of a long message show that the broker lives; the reply to a ping comes after them.</summary>
    [Fact]
    public async Task A_long_message_on_a_slow_line_does_not_end_the_connection()
    {
        var opened = new TaskCompletionSource<BrokerConnection>();
        _fixture.Broker.Script = (_, connection) => opened.TrySetResult(connection);
        var link = await MqttConnection.ConnectAsync(new BrokerAddress("127.0.0.1"), _fixture.Broker.Port, null, default);
        await link.SendAsync(PingPacket.Request, default);
        var broker = await opened.Task;
        var accepted = new AcceptedConnection(
            link, new FrameBuffer(FixedHeader.FrameLength, 1024), ConnAckPacket.Parse([0x20, 3, 0, 0, 0], ProtocolVersion.V5));
        await using var connection = new MonitoredConnection(accepted, Options("5.0", 1), () => false, _fixture.Clock);
        foreach (var part in (byte[])[0x32, 7, 0, 1, (byte)'a', 0, 1, 0, (byte)'4'])
        {
            var filling = connection.FillAsync(default);
            broker.Send(part);
            await filling;
            _fixture.Clock.Advance(TimeSpan.FromSeconds(4));
            connection.ThrowIfFailed();
        }
    }

    [Trait("Needs", "Server")]
    [SkippableTheory]
    [InlineData("5.0", 1)]
    [InlineData("5.0", 2)]
    [InlineData("3.1.1", 1)]
    [InlineData("3.1.1", 2)]
    public async Task Mosquitto_delivers_what_is_behind_it_and_forgets_it(string version, int qos)
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        var options = new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port, Version = version, Qos = qos };
        await (await DriverFixture.ConnectAsync(options, "n/#")).DisposeAsync();
        await using (var publisher = await MqttNetClient.ConnectAsync(broker.Port, "5.0"))
        {
            await publisher.PublishAsync("n/1", "1", qos);
            await publisher.PublishAsync("n/2", new string('x', 3_000_000), qos);
            await publisher.PublishAsync("n/3", "3", qos);
        }

        await using (var driver = await DriverFixture.ConnectAsync(options, "n/#"))
        {
            Assert.Equal("t0=1", await driver.NextAsync());
            Assert.Contains("bytes is longer than max_packet_size = 256KB", await driver.NextAsync(), StringComparison.Ordinal);
            Assert.Equal("t0=3", await driver.NextAsync());
            await driver.AcknowledgeAsync(3);
            await MosquittoPub.PublishAsync(broker.Port, "n/4", "4");
            Assert.Equal("t0=4", await driver.NextAsync());
            await driver.AcknowledgeAsync(4);
        }

        await MosquittoPub.PublishAsync(broker.Port, "n/5", "5");
        await using var later = await DriverFixture.ConnectAsync(options, "n/#");
        Assert.Equal("t0=5", await later.NextAsync());
    }

    private MqttDriverOptions Options(string version, int qos) =>
        new() { Host = "127.0.0.1", Port = _fixture.Broker.Port, Version = version, Qos = qos };

    private void OnSubscribe(Action<BrokerPacket, BrokerConnection> then) => _fixture.Broker.Script = (packet, connection) =>
    {
        if (packet.Type == BrokerPacket.Subscribe) then(packet, connection);
        else connection.Reply(packet);
    };
}
