using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Brokers that say nothing: found by the injected clock, never by a wait.</summary>
public sealed class SilenceTests : IDisposable
{
    private readonly Rig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_broker_that_accepts_and_is_silent_is_given_up_at_the_timeout()
    {
        _rig.Broker.Script = (_, _) => { };
        await using var sink = _rig.Open();
        var connecting = sink.ConnectAsync(default).AsTask();
        await _rig.Broker.ArrivedAsync(BrokerPacket.Connect);
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => connecting);
        Assert.Equal($"127.0.0.1:{_rig.Broker.Port}: no answer to the attempt to connect within 10 s", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Messages_without_an_answer_end_the_connection(int qos)
    {
        await using var sink = await _rig.ConnectAsync(_rig.Options(qos));
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.PingReq) line.Good(packet);
        };
        var writing = sink.WriteAsync(Rig.Numbers(1, 0, 3), default).AsTask();
        await _rig.Broker.ArrivedAsync(BrokerPacket.Publish);
        for (var quarter = 0; quarter < 7; quarter++) _rig.Clock.Advance(TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => writing);
        Assert.EndsWith("no answer from the broker within 10 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_open_connection_is_found_while_idle()
    {
        await using var sink = await _rig.ConnectAsync();
        _rig.Broker.Script = (_, _) => { };
        _rig.Clock.Advance(TimeSpan.FromSeconds(8));
        await _rig.Broker.ArrivedAsync(BrokerPacket.PingReq);
        _rig.Clock.Advance(TimeSpan.FromSeconds(12));
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Rig.Numbers(1, 0, 1), default));
        Assert.EndsWith("no answer from the broker within 10 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_brokers_own_keep_alive_counts_when_it_is_shorter()
    {
        // Server Keep Alive (0x13) of 4 s: asked after 2 s, where our own 15 s would have meant 7.5 s.
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.Connect) line.ConnAck(false, 0, 0x13, 0, 4);
            else line.Good(packet);
        };
        await using var sink = await _rig.ConnectAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(2));
        await _rig.Broker.ArrivedAsync(BrokerPacket.PingReq);
    }
}
