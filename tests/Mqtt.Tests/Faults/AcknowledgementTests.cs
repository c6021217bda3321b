using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests which acknowledgements the broker receives, and when.</summary>
public sealed class AcknowledgementTests : IDisposable
{
    private readonly SinkFixture _fixture = new();
    private readonly TaskCompletionSource<BrokerConnection> _subscribed = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task Nothing_is_acknowledged_before_it_is_stored_and_then_all_in_order(string version)
    {
        var (driver, connection) = await ConnectAsync(1, version, "a");
        await using var _ = driver;
        for (var id = 1; id <= 5; id++) connection.Publish("a", $"{id}", id);
        Assert.Equal(["t0=1", "t0=2", "t0=3", "t0=4"], await driver.NextAsync(4));
        await driver.AcknowledgeAsync(1);
        await driver.AcknowledgeAsync(3);
        foreach (var id in (int[])[1, 2, 3]) Assert.Equal(id, (await _fixture.Broker.WaitForAsync(BrokerPacket.PubAck)).Id);
        Assert.Equal("t0=5", await driver.NextAsync());
        await driver.AcknowledgeAsync(5);
        foreach (var id in (int[])[4, 5]) Assert.Equal(id, (await _fixture.Broker.WaitForAsync(BrokerPacket.PubAck)).Id);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => driver.AcknowledgeAsync(6));
    }

    [Fact]
    public async Task A_message_without_tags_is_acknowledged_after_those_before_it()
    {
        var (driver, connection) = await ConnectAsync(1, "5.0", "a : x");
        await using var _ = driver;
        connection.Publish("a", "{}", 1);
        connection.Publish("a", "{\"x\":2}", 2);
        connection.Publish("a", "{}", 3);
        connection.Publish("a", "{\"x\":4}", 4);
        Assert.Equal(["t0=2", "t0=4"], await driver.NextAsync(2));
        await driver.AcknowledgeAsync(1);
        foreach (var id in (int[])[1, 2, 3]) Assert.Equal(id, (await _fixture.Broker.WaitForAsync(BrokerPacket.PubAck)).Id);
    }

    [Fact]
    public async Task Qos_2_is_acknowledged_when_stored_and_never_read_twice()
    {
        var (driver, connection) = await ConnectAsync(2, "5.0", "a");
        await using var _ = driver;
        var released = false;
        _fixture.Broker.Script = (packet, connection) =>
        {
            // Simulates a lost PUBREC: the broker sends the message again and releases it only after the second PUBREC.
            if (packet.Type == BrokerPacket.PubRec && !released) connection.Publish("a", "1", 7, qos: 2, isDuplicate: true);
            if (packet.Type == BrokerPacket.PubRec && released) connection.PubRel(7);
            if (packet.Type == BrokerPacket.PubComp) connection.Publish("a", "2", 7, qos: 2);
            released |= packet.Type == BrokerPacket.PubRec;
        };
        connection.Publish("a", "1", 7, qos: 2);
        Assert.Equal("t0=1", await driver.NextAsync());
        await driver.AcknowledgeAsync(1);
        Assert.Equal("t0=2", await driver.NextAsync());
        Assert.Equal(7, (await _fixture.Broker.WaitForAsync(BrokerPacket.PubComp)).Id);
    }

    [Theory]
    [InlineData(1, true, "t0=1 t0=2")]
    [InlineData(2, true, "t0=2")]
    [InlineData(2, false, "t0=1 t0=2")]
    public async Task A_message_of_qos_2_stored_before_the_connection_ended_is_not_read_again(int qos, bool sessionPresent, string expected)
    {
        var (driver, connection) = await ConnectAsync(qos, "5.0", "a");
        await using var _ = driver;
        connection.Publish("a", "1", 1, qos);
        connection.Publish("a", "2", 2, qos);
        await driver.NextAsync(2);
        connection.Close();
        await Assert.ThrowsAsync<NotConnectedException>(() => driver.NextAsync());
        await Assert.ThrowsAsync<NotConnectedException>(() => driver.AcknowledgeAsync(1));
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Connect) connection.ConnAck(sessionPresent);
            else connection.Reply(packet);
            if (packet.Type != BrokerPacket.Connect) return;
            connection.Publish("a", "1", 1, qos, isDuplicate: true);
            connection.Publish("a", "2", 2, qos, isDuplicate: true);
        };
        await driver.ConnectAsync();
        Assert.Equal(expected, string.Join(' ', await driver.NextAsync(expected.Split(' ').Length)));
        Assert.Equal(sessionPresent ? 0 : 1, driver.Log.Warnings.Count);
    }

    [Theory]
    [InlineData("5.0", "1h", "False False")]
    [InlineData("5.0", "0s", "True True")]
    [InlineData("3.1.1", "1h", "False False")]
    [InlineData("3.1.1", "0s", "True True")]
    public async Task A_kept_session_is_resumed_even_by_a_new_process(string version, string expiry, string expected)
    {
        var cleanStarts = new List<bool>();
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Connect) cleanStarts.Add(packet.IsCleanStart);
            connection.Reply(packet);
        };
        await using var driver = new DriverFixture(Options(1, version, expiry), _fixture.Clock, "a");
        await driver.ConnectAsync();
        await driver.ConnectAsync();
        Assert.Equal(expected, string.Join(' ', cleanStarts));
    }

    private async Task<(DriverFixture Reading, BrokerConnection Line)> ConnectAsync(int qos, string version, params string[] addresses)
    {
        _fixture.Broker.Script = (packet, connection) =>
        {
            connection.Reply(packet);
            if (packet.Type == BrokerPacket.Subscribe) _subscribed.TrySetResult(connection);
        };
        var driver = new DriverFixture(Options(qos, version, "1h"), _fixture.Clock, addresses);
        await driver.ConnectAsync();
        return (driver, await _subscribed.Task);
    }

    private MqttDriverOptions Options(int qos, string version, string expiry) => new()
    {
        Host = "127.0.0.1", Port = _fixture.Broker.Port, Qos = qos, Version = version,
        SessionExpiry = expiry == "0s" ? TimeSpan.Zero : TimeSpan.FromHours(1),
    };
}
