using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Answers to messages: refusals by the table of the README, and answers that no good broker gives.</summary>
public sealed class AnswerTests : IDisposable
{
    private readonly Rig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(1, 0x87, "not authorized (0x87)")]
    [InlineData(1, 0x90, "topic name invalid (0x90)")]
    [InlineData(2, 0x99, "payload format invalid (0x99)")]
    public async Task Some_reasons_reject_the_record(int qos, byte reason, string name)
    {
        await using var sink = await _rig.ConnectAsync(_rig.Options(qos));
        _rig.Broker.Script = (packet, line) => Refuse(packet, line, "1", reason);
        var error = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Rig.Numbers(1, 0, 3), default));
        Assert.EndsWith(name, error.Message, StringComparison.Ordinal);
        Assert.Equal([1], error.Indexes);
        Assert.True(error.OthersAreStored);
    }

    [Theory]
    [InlineData(1, 0x80, "unspecified error (0x80)")]
    [InlineData(1, 0x83, "implementation specific error (0x83)")]
    [InlineData(2, 0x97, "quota exceeded (0x97)")]
    [InlineData(1, 0xF0, "unknown reason (0xF0)")]
    public async Task Other_reasons_are_tried_again_and_only_with_the_refused_message(int qos, byte reason, string name)
    {
        await using var sink = await _rig.ConnectAsync(_rig.Options(qos));
        _rig.Broker.Script = (packet, line) => Refuse(packet, line, "1", reason);
        var error = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Rig.Numbers(1, 0, 3), default));
        Assert.EndsWith(name, error.Message, StringComparison.Ordinal);
        _rig.Broker.Messages();

        _rig.Broker.Script = (packet, line) => line.Good(packet);
        await sink.WriteAsync(Rig.Numbers(1, 0, 3), default);
        Assert.Equal("#4 1", _rig.Broker.Messages()[0]);
    }

    [Fact]
    public async Task A_packet_id_in_use_needs_a_new_connection_and_a_new_session()
    {
        await using var sink = await _rig.ConnectAsync();
        _rig.Broker.Script = (packet, line) => Refuse(packet, line, "1", 0x91);
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Rig.Numbers(1, 0, 3), default));
        _rig.Broker.Messages();
        await sink.ConnectAsync(default);
        Assert.True((await _rig.Broker.ArrivedAsync(BrokerPacket.Connect)).IsCleanStart);
    }

    [Fact]
    public async Task Answers_with_foreign_ids_and_answers_that_come_twice_do_no_harm()
    {
        await using var sink = await _rig.ConnectAsync(_rig.Options(maxInFlight: 1));
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.Publish) line.PubAck(packet.Id + 1000);
            line.Good(packet);
            line.Good(packet);
        };
        await sink.WriteAsync(Rig.Numbers(1, 0, 20), default);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"#{i + 1} {i}"), _rig.Broker.Messages());
    }

    [Theory]
    [InlineData(1, "50 02 00 01", "PUBREC, which is not its turn")]
    [InlineData(2, "40 02 00 01", "PUBACK, which is not its turn")]
    [InlineData(2, "70 02 00 01", "PUBCOMP, which is not its turn")]
    [InlineData(1, "40 02 00 00", "a packet with packet id 0: 40 02 00 00")]
    [InlineData(1, "40 01 00", "a packet that ends in the middle of a field: 40 01 00")]
    [InlineData(1, "40 FF FF FF FF", "a packet whose remaining length is no variable byte integer: 40 FF FF FF FF")]
    [InlineData(1, "40 FF FF FF 7F", "a frame of 268435460 bytes, longer than the 65536 allowed: 40 FF FF FF 7F")]
    [InlineData(1, "41", "a packet that begins with no type and flags of a broker: 41")]
    [InlineData(1, "30 03 00 01 61", "a packet of type Publish that a publisher does not expect: 30 03 00 01 61")]
    [InlineData(1, "40 09 00 01 97 05 1F 00 02 FF FE", "no UTF-8, or holds U+0000: 40 09 00 01 97 05 1F 00 02 FF FE")]
    [InlineData(1, "E0 02 8E 00", "the broker ended the connection: session taken over (0x8E)")]
    [InlineData(1, "E0 07 95 05 1F 00 02 6F 6B", "the broker ended the connection: packet too large (0x95): ok")]
    public async Task What_no_good_broker_sends_ends_the_connection_by_name(int qos, string hex, string reason)
    {
        await using var sink = await _rig.ConnectAsync(_rig.Options(qos));
        _rig.Broker.Script = (_, line) =>
        {
            line.ByBytes = true;
            line.Send(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        };
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Rig.Numbers(1, 0, 1), default));
        Assert.EndsWith(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Answers_in_slices_of_one_byte_are_understood(int qos)
    {
        _rig.Broker.Script = (packet, line) =>
        {
            line.ByBytes = true;
            line.Good(packet);
        };
        await using var sink = await _rig.ConnectAsync(_rig.Options(qos));
        await sink.WriteAsync(Rig.Numbers(1, 0, 50), default);
        Assert.Equal(50 * qos, _rig.Broker.Messages().Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Never_more_are_on_their_way_than_the_broker_takes(int qos)
    {
        var waiting = new Queue<BrokerPacket>();
        var (seen, most) = (0, 0);
        _rig.Broker.Script = (packet, line) =>
        {
            // Receive Maximum (0x21) of 3; answers are held back until three messages, or the last, are there.
            if (packet.Type == BrokerPacket.Connect) line.ConnAck(false, 0, 0x21, 0, 3);
            if (packet.Type == BrokerPacket.PubRel) line.Good(packet);
            if (packet.Type != BrokerPacket.Publish) return;
            waiting.Enqueue(packet);
            most = Math.Max(most, waiting.Count);
            if (++seen % 3 == 0 || seen == 20) while (waiting.TryDequeue(out var held)) line.Good(held);
        };
        await using var sink = await _rig.ConnectAsync(_rig.Options(qos));
        await sink.WriteAsync(Rig.Numbers(1, 0, 20), default);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_record_longer_than_the_broker_takes_is_rejected_before_anything_is_sent()
    {
        _rig.Broker.Script = (packet, line) =>
        {
            // Maximum Packet Size (0x27) of 20.
            if (packet.Type == BrokerPacket.Connect) line.ConnAck(false, 0, 0x27, 0, 0, 0, 20);
            else line.Good(packet);
        };
        await using var sink = await _rig.ConnectAsync();
        var batch = Rig.Numbers(1, 0, 1);
        batch.Add(batch[0].Time, "press", "\"this is too long\""u8);
        var error = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal("a message of 26 bytes is longer than the 20 that the broker takes", error.Message);
        Assert.Equal([1], error.Indexes);
        Assert.False(error.OthersAreStored);
        await sink.WriteAsync(Rig.Numbers(2, 0, 1), default);
        Assert.Equal(["#1 0"], _rig.Broker.Messages());
    }

    private static void Refuse(BrokerPacket packet, BrokerLine line, string payload, byte reason)
    {
        if (packet.Type != BrokerPacket.Publish || packet.Payload != payload) line.Good(packet);
        else if (packet.Qos == 1) line.PubAck(packet.Id, reason);
        else line.PubRec(packet.Id, reason);
    }
}
