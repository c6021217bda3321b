using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests refused subscriptions, protocol violations and silent brokers.</summary>
public sealed class SubscribeTests : IDisposable
{
    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("3.1.1", 0x80, "unspecified error (0x80)")]
    [InlineData("5.0", 0x87, "not authorized (0x87)")]
    [InlineData("5.0", 0x8F, "topic filter invalid (0x8F)")]
    [InlineData("5.0", 0x9E, "shared subscriptions not supported (0x9E)")]
    [InlineData("5.0", 0xA2, "wildcard subscriptions not supported (0xA2)")]
    public async Task A_refused_subscription_is_named_with_its_tags(string version, byte code, string name)
    {
        OnSubscribe((packet, connection) => connection.SubAck(packet.Id, 1, code));
        await using var driver = new DriverFixture(Options(version), _fixture.Clock, "a", "b : x", "b : y");
        Assert.Equal($"the broker refuses the subscription to b, needed for t1, t2: {name}", await driver.ConnectOrReadErrorAsync());
    }

    [Fact]
    public async Task A_refusal_after_a_message_is_reported_by_the_next_read()
    {
        OnSubscribe((packet, connection) =>
        {
            connection.Publish("a", "1", 1);
            connection.SubAck(packet.Id, 1, 0x87);
        });
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a", "b");
        await driver.ConnectAsync();
        Assert.Equal("t0=1", await driver.NextAsync());
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => driver.NextAsync());
        Assert.EndsWith("not authorized (0x87)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lower_granted_qos_is_logged_and_used()
    {
        OnSubscribe((packet, connection) =>
        {
            connection.SubAck(packet.Id, 0);
            connection.Publish("a", "1");
        });
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        await driver.ConnectAsync();
        Assert.Equal(["the broker grants a with QoS 0 instead of QoS 1"], driver.Log.Warnings);
        Assert.Equal("t0=1", await driver.NextAsync());
    }

    [Fact]
    public async Task Many_filters_go_out_eight_at_a_time()
    {
        var counts = new List<int>();
        OnSubscribe((packet, connection) =>
        {
            counts.Add(packet.FilterCount);
            connection.Reply(packet);
        });
        await using var driver = new DriverFixture(Options(), _fixture.Clock, [.. Enumerable.Range(0, 20).Select(i => $"t/{i}")]);
        await driver.ConnectAsync();
        Assert.Equal([8, 8, 4], counts);
    }

    [Theory]
    [InlineData("5.0", "36 06 0001 61 0001 00", "a PUBLISH of QoS 3: 36 06 00 01 61 00 01 00")]
    [InlineData("5.0", "38 04 0001 61 00", "a PUBLISH of QoS 0 with the DUP flag: 38 04 00 01 61 00")]
    [InlineData("5.0", "30 04 0001 23 00", "a PUBLISH to a topic with wildcards: 30 04 00 01 23 00")]
    [InlineData("5.0", "30 03 0000 00", "a PUBLISH without a topic: 30 03 00 00 00")]
    [InlineData("5.0", "30 06 0000 03 230001", "a PUBLISH with a topic alias, which CONNECT did not allow: 30 06 00 00 03 23 00 01")]
    [InlineData("5.0", "30 09 0001 61 05 27 00000001", "property 0x27, which is not allowed there: 30 09 00 01 61 05 27 00 00 00 01")]
    [InlineData("5.0", "32 06 0001 61 0000 00", "a packet with packet id 0: 32 06 00 01 61 00 00 00")]
    [InlineData("5.0", "30 04 0009 61 00", "a packet that ends in the middle of a field: 30 04 00 09 61 00")]
    [InlineData("3.1.1", "30 04 0002 FFFE", "a packet with a string that is not UTF-8 or contains U+0000: 30 04 00 02 FF FE")]
    [InlineData("5.0", "90 04 0009 00 00", "the broker sent SUBACK 9 with 1 reason codes, which matches no SUBSCRIBE")]
    [InlineData("5.0", "40 02 0001", "a packet of type PubAck that a subscribing client does not expect: 40 02 00 01")]
    [InlineData("5.0", "60", "a packet whose type and flags a broker does not send: 60")]
    [InlineData("5.0", "32 06 0001 61 0001 00 32 06 0001 62 0001 00", "the broker sent packet id 1 for two messages at a time")]
    [InlineData("5.0", "E0 01 8E", "the broker ended the connection: session taken over (0x8E)")]
    public async Task A_protocol_violation_ends_the_connection_and_is_named(string version, string hex, string reason)
    {
        OnSubscribe((packet, connection) =>
        {
            connection.Reply(packet);
            connection.ByBytes = true;
            connection.Send(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        });
        await using var driver = new DriverFixture(Options(version), _fixture.Clock, "a");
        Assert.EndsWith(reason, await driver.ConnectOrReadErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_in_slices_of_one_byte_and_several_messages_in_one_segment_are_read()
    {
        OnSubscribe((packet, connection) =>
        {
            connection.ByBytes = true;
            connection.Reply(packet);
            connection.Publish("a", "\"slow\"", 1);
            connection.ByBytes = false;
            // Three messages of QoS 0; the second has every property that a PUBLISH may have.
            byte[] properties =
            [
                1, 1, 2, 0, 0, 0, 9, 3, 0, 1, (byte)'j', 8, 0, 1, (byte)'r', 9, 0, 1, 0, 0x0B, 5, 0x0B, 6,
                0x26, 0, 1, (byte)'k', 0, 1, (byte)'v',
            ];
            byte[] rich = [0, 1, (byte)'a', (byte)properties.Length, .. properties, .. "2"u8];
            connection.Send(
                [0x30, 5, 0, 1, (byte)'a', 0, (byte)'1', 0x31, (byte)rich.Length, .. rich, 0x30, 5, 0, 1, (byte)'a', 0, (byte)'3']);
        });
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        await driver.ConnectAsync();
        Assert.Equal(["t0=slow", "t0=1", "t0=2", "t0=3"], await driver.NextAsync(4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task More_messages_than_the_receive_maximum_wait_until_some_are_stored(int qos)
    {
        OnSubscribe((packet, connection) =>
        {
            connection.Reply(packet);
            for (var id = 1; id <= 6; id++) connection.Publish("a", $"{id}", id, qos);
        });
        await using var driver = new DriverFixture(Options(qos: qos), _fixture.Clock, "a");
        await driver.ConnectAsync();
        Assert.Equal(["t0=1", "t0=2"], await driver.NextAsync(2));
        for (var id = 3; id <= 6; id++)
        {
            var next = driver.NextAsync();
            // The connection stays up over several keep-alive periods.
            for (var ping = 0; ping < 3; ping++)
            {
                _fixture.Clock.Advance(TimeSpan.FromSeconds(4));
                await _fixture.Broker.WaitForAsync(BrokerPacket.PingReq);
            }

            Assert.False(next.IsCompleted);
            await driver.AcknowledgeAsync(id - 2);
            Assert.Equal($"t0={id}", await next);
        }

        Assert.Equal(
            ["the broker sends more messages than max_in_flight = 2 allows: reading pauses while that many messages are not stored yet"],
            driver.Log.Warnings);
    }

    [Fact]
    public async Task A_paused_read_ends_with_its_connection_and_loses_nothing_when_it_is_cancelled()
    {
        OnSubscribe((packet, connection) =>
        {
            connection.Reply(packet);
            for (var id = 1; id <= 4; id++) connection.Publish("a", $"{id}", id);
        });
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        await driver.ConnectAsync();
        await driver.NextAsync(2);
        using (var cancel = new CancellationTokenSource())
        {
            var cancelled = driver.NextAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        }

        await driver.AcknowledgeAsync(1);
        Assert.Equal("t0=3", await driver.NextAsync());
        var paused = driver.NextAsync();
        await driver.DisposeAsync();
        await Assert.ThrowsAsync<NotConnectedException>(() => paused);
    }

    [Fact]
    public async Task A_half_open_connection_is_detected_while_a_read_waits()
    {
        var asked = new TaskCompletionSource();
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        await driver.ConnectAsync();
        _fixture.Broker.Script = (packet, _) =>
        {
            if (packet.Type == BrokerPacket.PingReq) asked.TrySetResult();
        };
        var waiting = driver.NextAsync();
        _fixture.Clock.Advance(TimeSpan.FromSeconds(4));
        await asked.Task;
        _fixture.Clock.Advance(TimeSpan.FromSeconds(4));
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => waiting);
        Assert.Equal("no answer from the broker within 4 s", error.Message);
    }

    [Fact]
    public async Task A_connection_without_a_pending_read_is_kept_alive()
    {
        var connection = new TaskCompletionSource<BrokerConnection>();
        OnSubscribe((packet, l) =>
        {
            l.Reply(packet);
            connection.SetResult(l);
        });
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        await driver.ConnectAsync();
        for (var ping = 0; ping < 5; ping++)
        {
            _fixture.Clock.Advance(TimeSpan.FromSeconds(4));
            await _fixture.Broker.WaitForAsync(BrokerPacket.PingReq);
        }

        (await connection.Task).Publish("a", "1", 1);
        Assert.Equal("t0=1", await driver.NextAsync());
    }

    [Fact]
    public async Task A_missing_suback_ends_the_connection()
    {
        var asked = new TaskCompletionSource();
        OnSubscribe((_, _) => asked.SetResult());
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        var connecting = driver.ConnectAsync();
        await asked.Task;
        // The time counts from the moment at which the driver waits for SUBACK, which may be after SUBSCRIBE has arrived.
        while (!connecting.IsCompleted)
        {
            _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(connecting, Task.Delay(1));
        }

        Assert.Equal("no answer from the broker within 4 s", (await Assert.ThrowsAsync<NotConnectedException>(() => connecting)).Message);
    }

    [Fact]
    public async Task Connect_announces_the_drivers_limits()
    {
        await using var driver = new DriverFixture(Options(), _fixture.Clock, "a");
        await driver.ConnectAsync();
        var connect = await _fixture.Broker.WaitForAsync(BrokerPacket.Connect);
        // Session Expiry 3600 s (11), Receive Maximum 2 (21), no Topic Alias Maximum (22), and no Maximum Packet Size (27), because a
        // broker drops longer messages without a word.
        Assert.Equal("081100000E10210002", Convert.ToHexString(connect.Body.AsSpan(10, 9)));
        Assert.EndsWith("press-hall-lab-in", Encoding.UTF8.GetString(connect.Body), StringComparison.Ordinal);
    }

    [Fact]
    public void All_invalid_options_are_reported()
    {
        Assert.Empty(new MqttDriverOptions { Host = "b", Time = "$.ts" }.Validate());
        Assert.Equal(
            [("time", "column 3: expected a name here, for instance values.temperature or $.values[0]"),
                ("max_packet_size", "expected \"1KB\" to \"64MB\", for instance \"256KB\"")],
            new MqttDriverOptions { Host = "b", Time = "a..b", MaxPacketSize = new ByteSize(5L << 30) }.Validate());
    }

    private void OnSubscribe(Action<BrokerPacket, BrokerConnection> answer) => _fixture.Broker.Script = (packet, connection) =>
    {
        if (packet.Type == BrokerPacket.Subscribe) answer(packet, connection);
        else connection.Reply(packet);
    };

    private MqttDriverOptions Options(string version = "5.0", int qos = 1) => new()
    {
        Host = "127.0.0.1", Port = _fixture.Broker.Port, Version = version, Qos = qos, MaxInFlight = 2,
    };
}
