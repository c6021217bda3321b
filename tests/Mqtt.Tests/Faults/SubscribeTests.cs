using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Subscriptions that are refused, brokers that are out of step, and brokers that say nothing.</summary>
public sealed class SubscribeTests : IDisposable
{
    private readonly Rig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("3.1.1", 0x80, "unspecified error (0x80)")]
    [InlineData("5.0", 0x87, "not authorized (0x87)")]
    [InlineData("5.0", 0x8F, "topic filter invalid (0x8F)")]
    [InlineData("5.0", 0x9E, "shared subscriptions not supported (0x9E)")]
    [InlineData("5.0", 0xA2, "wildcard subscriptions not supported (0xA2)")]
    public async Task A_refused_subscription_is_named_with_who_reads_it(string version, byte code, string name)
    {
        OnSubscribe((packet, line) => line.SubAck(packet.Id, 1, code));
        await using var reading = new Reading(Options(version), _rig.Clock, "a", "b : x", "b : y");
        Assert.Equal($"the broker refuses the subscription to b, needed for t1, t2: {name}", await reading.FailureAsync());
    }

    [Fact]
    public async Task A_refusal_behind_a_message_is_seen_when_that_is_read()
    {
        OnSubscribe((packet, line) =>
        {
            line.Publish("a", "1", 1);
            line.SubAck(packet.Id, 1, 0x87);
        });
        await using var reading = new Reading(Options(), _rig.Clock, "a", "b");
        await reading.ConnectAsync();
        Assert.Equal("t0=1", await reading.NextAsync());
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => reading.NextAsync());
        Assert.EndsWith("not authorized (0x87)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_weaker_subscription_is_said_and_used()
    {
        OnSubscribe((packet, line) =>
        {
            line.SubAck(packet.Id, 0);
            line.Publish("a", "1");
        });
        await using var reading = new Reading(Options(), _rig.Clock, "a");
        await reading.ConnectAsync();
        Assert.Equal(["the broker grants a with QoS 0 instead of QoS 1"], reading.Log.Warnings);
        Assert.Equal("t0=1", await reading.NextAsync());
    }

    [Fact]
    public async Task Many_filters_go_out_eight_at_a_time()
    {
        var counts = new List<int>();
        OnSubscribe((packet, line) =>
        {
            counts.Add(packet.FilterCount);
            line.Good(packet);
        });
        await using var reading = new Reading(Options(), _rig.Clock, [.. Enumerable.Range(0, 20).Select(i => $"t/{i}")]);
        await reading.ConnectAsync();
        Assert.Equal([8, 8, 4], counts);
    }

    [Theory]
    [InlineData("5.0", "36 06 0001 61 0001 00", "a PUBLISH of QoS 3: 36 06 00 01 61 00 01 00")]
    [InlineData("5.0", "38 04 0001 61 00", "a PUBLISH of QoS 0 that is marked as sent again: 38 04 00 01 61 00")]
    [InlineData("5.0", "30 04 0001 23 00", "a PUBLISH to a topic with wildcards: 30 04 00 01 23 00")]
    [InlineData("5.0", "30 03 0000 00", "a PUBLISH without a topic: 30 03 00 00 00")]
    [InlineData("5.0", "30 06 0000 03 230001", "a PUBLISH with a topic alias, which we do not take: 30 06 00 00 03 23 00 01")]
    [InlineData("5.0", "30 09 0001 61 05 27 00000001", "property 0x27, which does not belong there: 30 09 00 01 61 05 27 00 00 00 01")]
    [InlineData("5.0", "32 06 0001 61 0000 00", "a packet with packet id 0: 32 06 00 01 61 00 00 00")]
    [InlineData("5.0", "30 04 0009 61 00", "a packet that ends in the middle of a field: 30 04 00 09 61 00")]
    [InlineData("3.1.1", "30 04 0002 FFFE", "a packet with a text that is no UTF-8, or holds U+0000: 30 04 00 02 FF FE")]
    [InlineData("5.0", "30 FF FF 7F", "a frame of 2097155 bytes, longer than the 262144 allowed: 30 FF FF 7F")]
    [InlineData("5.0", "90 04 0009 00 00", "the broker answered 1 subscriptions as 9, which were not asked for")]
    [InlineData("5.0", "40 02 0001", "a packet of type PubAck that a subscriber does not expect: 40 02 00 01")]
    [InlineData("5.0", "60", "a packet that begins with no type and flags of a broker: 60")]
    [InlineData("5.0", "32 06 0001 61 0001 00 32 06 0001 62 0001 00", "the broker sent packet id 1 for two messages at a time")]
    [InlineData("5.0", "32 06 0001 61 0001 00 32 06 0001 61 0002 00 32 06 0001 61 0003 00",
        "the broker sent more than the 2 messages that may wait for an answer")]
    [InlineData("5.0", "E0 01 8E", "the broker ended the connection: session taken over (0x8E)")]
    public async Task What_no_good_broker_sends_ends_the_connection_by_name(string version, string hex, string reason)
    {
        OnSubscribe((packet, line) =>
        {
            line.Good(packet);
            line.ByBytes = true;
            line.Send(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        });
        await using var reading = new Reading(Options(version), _rig.Clock, "a");
        Assert.EndsWith(reason, await reading.FailureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_in_slices_of_one_byte_and_messages_glued_together_are_read()
    {
        OnSubscribe((packet, line) =>
        {
            line.ByBytes = true;
            line.Good(packet);
            line.Publish("a", "\"slow\"", 1);
            line.ByBytes = false;
            // Three of QoS 0, the second with all properties that a PUBLISH may have.
            byte[] properties =
            [
                1, 1, 2, 0, 0, 0, 9, 3, 0, 1, (byte)'j', 8, 0, 1, (byte)'r', 9, 0, 1, 0, 0x0B, 5, 0x0B, 6,
                0x26, 0, 1, (byte)'k', 0, 1, (byte)'v',
            ];
            byte[] rich = [0, 1, (byte)'a', (byte)properties.Length, .. properties, .. "2"u8];
            line.Send([0x30, 5, 0, 1, (byte)'a', 0, (byte)'1', 0x31, (byte)rich.Length, .. rich, 0x30, 5, 0, 1, (byte)'a', 0, (byte)'3']);
        });
        await using var reading = new Reading(Options(), _rig.Clock, "a");
        await reading.ConnectAsync();
        Assert.Equal(["t0=slow", "t0=1", "t0=2", "t0=3"], await reading.NextAsync(4));
    }

    [Fact]
    public async Task A_half_open_connection_is_found_while_a_read_waits()
    {
        var asked = new TaskCompletionSource();
        await using var reading = new Reading(Options(), _rig.Clock, "a");
        await reading.ConnectAsync();
        _rig.Broker.Script = (packet, _) =>
        {
            if (packet.Type == BrokerPacket.PingReq) asked.TrySetResult();
        };
        var waiting = reading.NextAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(4));
        await asked.Task;
        _rig.Clock.Advance(TimeSpan.FromSeconds(4));
        var error = await Assert.ThrowsAsync<NotConnectedException>(() => waiting);
        Assert.Equal("no answer from the broker within 4 s", error.Message);
    }

    [Fact]
    public async Task A_connection_that_nobody_reads_is_kept_alive_and_not_given_up()
    {
        var line = new TaskCompletionSource<BrokerLine>();
        OnSubscribe((packet, l) =>
        {
            l.Good(packet);
            line.SetResult(l);
        });
        await using var reading = new Reading(Options(), _rig.Clock, "a");
        await reading.ConnectAsync();
        for (var ping = 0; ping < 5; ping++)
        {
            _rig.Clock.Advance(TimeSpan.FromSeconds(4));
            await _rig.Broker.ArrivedAsync(BrokerPacket.PingReq);
        }

        (await line.Task).Publish("a", "1", 1);
        Assert.Equal("t0=1", await reading.NextAsync());
    }

    [Fact]
    public async Task A_broker_that_never_answers_the_subscription_is_given_up()
    {
        var asked = new TaskCompletionSource();
        OnSubscribe((_, _) => asked.SetResult());
        await using var reading = new Reading(Options(), _rig.Clock, "a");
        var connecting = reading.ConnectAsync();
        await asked.Task;
        for (var quarter = 0; quarter < 8; quarter++) _rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("no answer from the broker within 4 s", (await Assert.ThrowsAsync<NotConnectedException>(() => connecting)).Message);
    }

    [Fact]
    public async Task Connect_announces_what_we_take()
    {
        await using var reading = new Reading(Options(), _rig.Clock, "a");
        await reading.ConnectAsync();
        var connect = await _rig.Broker.ArrivedAsync(BrokerPacket.Connect);
        // Session Expiry 3600 s (11), Receive Maximum 2 (21), Maximum Packet Size 262144 (27), and no Topic Alias Maximum (22).
        Assert.Equal("0D1100000E10210002" + "2700040000", Convert.ToHexString(connect.Body.AsSpan(10, 14)));
        Assert.EndsWith("press-hall-lab-in", Encoding.UTF8.GetString(connect.Body), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        Assert.Empty(new MqttDriverOptions { Host = "b", Time = "$.ts" }.Validate());
        Assert.Equal(
            [("time", "column 3: expected a name here, for instance values.temperature or $.values[0]"),
                ("max_packet_size", "expected \"1KB\" to \"64MB\", for instance \"256KB\"")],
            new MqttDriverOptions { Host = "b", Time = "a..b", MaxPacketSize = new ByteSize(5L << 30) }.Validate());
    }

    private void OnSubscribe(Action<BrokerPacket, BrokerLine> answer) => _rig.Broker.Script = (packet, line) =>
    {
        if (packet.Type == BrokerPacket.Subscribe) answer(packet, line);
        else line.Good(packet);
    };

    private MqttDriverOptions Options(string version = "5.0") => new()
    {
        Host = "127.0.0.1", Port = _rig.Broker.Port, Version = version, MaxInFlight = 2,
    };
}
