using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests silent brokers with the injected clock; no test waits for real time.</summary>
public sealed class SilentBrokerTests : IDisposable
{
    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_broker_that_accepts_and_stays_silent_fails_the_connect_at_the_timeout()
    {
        _fixture.Broker.Script = (_, _) => { };
        await using var sink = _fixture.Open();
        var connecting = sink.ConnectAsync(default).AsTask();
        await _fixture.Broker.WaitForAsync(BrokerPacket.Connect);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => connecting);
        Assert.Equal($"127.0.0.1:{_fixture.Broker.Port}: no answer to the attempt to connect within 10 s", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Unacknowledged_messages_end_the_connection(int qos)
    {
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.PingReq) connection.Reply(packet);
        };
        var writing = sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default).AsTask();
        await _fixture.Broker.WaitForAsync(BrokerPacket.Publish);
        for (var quarter = 0; quarter < 7; quarter++) _fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => writing);
        Assert.EndsWith("no answer from the broker within 10 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_open_connection_is_detected_while_idle()
    {
        await using var sink = await _fixture.ConnectAsync();
        _fixture.Broker.Script = (_, _) => { };
        _fixture.Clock.Advance(TimeSpan.FromSeconds(8));
        await _fixture.Broker.WaitForAsync(BrokerPacket.PingReq);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(12));
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () =>
            await sink.WriteAsync(SinkFixture.Numbers(1, 0, 1), default));
        Assert.EndsWith("no answer from the broker within 10 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shorter_keep_alive_of_the_broker_is_used()
    {
        // Server Keep Alive (0x13) of 4 s: the ping is due after 2 s, with the default of 15 s it would be 7.5 s.
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Connect) connection.ConnAck(false, 0, 0x13, 0, 4);
            else connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync();
        _fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        await _fixture.Broker.WaitForAsync(BrokerPacket.PingReq);
    }
}
