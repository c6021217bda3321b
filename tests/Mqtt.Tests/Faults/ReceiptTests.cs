using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>What the broker is told of messages, and when.</summary>
public sealed class ReceiptTests : IDisposable
{
    private readonly Rig _rig = new();
    private readonly TaskCompletionSource<BrokerLine> _subscribed = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task Nothing_is_acknowledged_before_it_is_stored_and_then_all_in_order(string version)
    {
        var (reading, line) = await ConnectAsync(1, version, "a");
        await using var _ = reading;
        for (var id = 1; id <= 5; id++) line.Publish("a", $"{id}", id);
        Assert.Equal(["t0=1", "t0=2", "t0=3", "t0=4"], await reading.NextAsync(4));
        await reading.AcknowledgeAsync(1);
        await reading.AcknowledgeAsync(3);
        foreach (var id in (int[])[1, 2, 3]) Assert.Equal(id, (await _rig.Broker.ArrivedAsync(BrokerPacket.PubAck)).Id);
        Assert.Equal("t0=5", await reading.NextAsync());
        await reading.AcknowledgeAsync(5);
        foreach (var id in (int[])[4, 5]) Assert.Equal(id, (await _rig.Broker.ArrivedAsync(BrokerPacket.PubAck)).Id);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reading.AcknowledgeAsync(6));
    }

    [Fact]
    public async Task A_message_that_brings_nothing_is_acknowledged_behind_those_before_it()
    {
        var (reading, line) = await ConnectAsync(1, "5.0", "a : x");
        await using var _ = reading;
        line.Publish("a", "{}", 1);
        line.Publish("a", "{\"x\":2}", 2);
        line.Publish("a", "{}", 3);
        line.Publish("a", "{\"x\":4}", 4);
        Assert.Equal(["t0=2", "t0=4"], await reading.NextAsync(2));
        await reading.AcknowledgeAsync(1);
        foreach (var id in (int[])[1, 2, 3]) Assert.Equal(id, (await _rig.Broker.ArrivedAsync(BrokerPacket.PubAck)).Id);
    }

    [Fact]
    public async Task Qos_2_is_held_once_it_is_stored_and_never_read_twice()
    {
        var (reading, line) = await ConnectAsync(2, "5.0", "a");
        await using var _ = reading;
        var released = false;
        _rig.Broker.Script = (packet, line) =>
        {
            // The PUBREC is lost: the broker sends the message again, and releases it only then.
            if (packet.Type == BrokerPacket.PubRec && !released) line.Publish("a", "1", 7, qos: 2, isDuplicate: true);
            if (packet.Type == BrokerPacket.PubRec && released) line.PubRel(7);
            if (packet.Type == BrokerPacket.PubComp) line.Publish("a", "2", 7, qos: 2);
            released |= packet.Type == BrokerPacket.PubRec;
        };
        line.Publish("a", "1", 7, qos: 2);
        Assert.Equal("t0=1", await reading.NextAsync());
        await reading.AcknowledgeAsync(1);
        Assert.Equal("t0=2", await reading.NextAsync());
        Assert.Equal(7, (await _rig.Broker.ArrivedAsync(BrokerPacket.PubComp)).Id);
    }

    [Theory]
    [InlineData(1, true, "t0=1 t0=2")]
    [InlineData(2, true, "t0=2")]
    [InlineData(2, false, "t0=1 t0=2")]
    public async Task What_was_stored_when_the_connection_broke_is_known_with_qos_2(int qos, bool sessionPresent, string expected)
    {
        var (reading, line) = await ConnectAsync(qos, "5.0", "a");
        await using var _ = reading;
        line.Publish("a", "1", 1, qos);
        line.Publish("a", "2", 2, qos);
        await reading.NextAsync(2);
        line.Close();
        await Assert.ThrowsAsync<NotConnectedException>(() => reading.NextAsync());
        await Assert.ThrowsAsync<NotConnectedException>(() => reading.AcknowledgeAsync(1));
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.Connect) line.ConnAck(sessionPresent);
            else line.Good(packet);
            if (packet.Type != BrokerPacket.Connect) return;
            line.Publish("a", "1", 1, qos, isDuplicate: true);
            line.Publish("a", "2", 2, qos, isDuplicate: true);
        };
        await reading.ConnectAsync();
        Assert.Equal(expected, string.Join(' ', await reading.NextAsync(expected.Split(' ').Length)));
        Assert.Equal(sessionPresent ? 0 : 1, reading.Log.Warnings.Count);
    }

    [Theory]
    [InlineData("5.0", "1h", "False False")]
    [InlineData("5.0", "0s", "True True")]
    [InlineData("3.1.1", "1h", "False False")]
    [InlineData("3.1.1", "0s", "True True")]
    public async Task A_kept_session_is_gone_on_with_even_by_a_new_program(string version, string expiry, string expected)
    {
        var cleanStarts = new List<bool>();
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.Connect) cleanStarts.Add(packet.IsCleanStart);
            line.Good(packet);
        };
        await using var reading = new Reading(Options(1, version, expiry), _rig.Clock, "a");
        await reading.ConnectAsync();
        await reading.ConnectAsync();
        Assert.Equal(expected, string.Join(' ', cleanStarts));
    }

    private async Task<(Reading Reading, BrokerLine Line)> ConnectAsync(int qos, string version, params string[] addresses)
    {
        _rig.Broker.Script = (packet, line) =>
        {
            line.Good(packet);
            if (packet.Type == BrokerPacket.Subscribe) _subscribed.TrySetResult(line);
        };
        var reading = new Reading(Options(qos, version, "1h"), _rig.Clock, addresses);
        await reading.ConnectAsync();
        return (reading, await _subscribed.Task);
    }

    private MqttDriverOptions Options(int qos, string version, string expiry) => new()
    {
        Host = "127.0.0.1", Port = _rig.Broker.Port, Qos = qos, Version = version,
        SessionExpiry = expiry == "0s" ? TimeSpan.Zero : TimeSpan.FromHours(1),
    };
}
