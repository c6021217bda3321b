using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests refusals of messages (table in the README) and replies that a correct broker does not send.</summary>
public sealed class UnexpectedReplyTests : IDisposable
{
    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1, 0x87, "not authorized (0x87)")]
    [InlineData(1, 0x90, "topic name invalid (0x90)")]
    [InlineData(2, 0x99, "payload format invalid (0x99)")]
    public async Task Some_reasons_reject_the_record(int qos, byte reason, string name)
    {
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        _fixture.Broker.Script = (packet, connection) => Refuse(packet, connection, "1", reason);
        var error = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default));
        Assert.EndsWith(name, error.Message, StringComparison.Ordinal);
        Assert.Equal([1], error.Indexes);
        Assert.True(error.OthersAreStored);
    }

    [Theory]
    [InlineData(1, 0x80, "unspecified error (0x80)")]
    [InlineData(1, 0x83, "implementation specific error (0x83)")]
    [InlineData(2, 0x97, "quota exceeded (0x97)")]
    [InlineData(1, 0xF0, "unknown reason (0xF0)")]
    public async Task Other_reasons_retry_only_the_refused_message(int qos, byte reason, string name)
    {
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        _fixture.Broker.Script = (packet, connection) => Refuse(packet, connection, "1", reason);
        var error = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default));
        Assert.EndsWith(name, error.Message, StringComparison.Ordinal);
        _fixture.Broker.DequeueMessages();

        _fixture.Broker.Script = (packet, connection) => connection.Reply(packet);
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default);
        Assert.Equal("#4 1", _fixture.Broker.DequeueMessages()[0]);
    }

    [Fact]
    public async Task A_packet_id_in_use_needs_a_new_connection_and_a_new_session()
    {
        await using var sink = await _fixture.ConnectAsync();
        _fixture.Broker.Script = (packet, connection) => Refuse(packet, connection, "1", 0x91);
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default));
        _fixture.Broker.DequeueMessages();
        await sink.ConnectAsync(default);
        Assert.True((await _fixture.Broker.WaitForAsync(BrokerPacket.Connect)).IsCleanStart);
    }

    [Fact]
    public async Task Acknowledgements_with_foreign_ids_and_duplicates_are_ignored()
    {
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(maxInFlight: 1));
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Publish) connection.PubAck(packet.Id + 1000);
            connection.Reply(packet);
            connection.Reply(packet);
        };
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 20), default);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"#{i + 1} {i}"), _fixture.Broker.DequeueMessages());
    }

    [Theory]
    [InlineData(1, "50 02 00 01", "PUBREC, which is out of sequence")]
    [InlineData(2, "40 02 00 01", "PUBACK, which is out of sequence")]
    [InlineData(2, "70 02 00 01", "PUBCOMP, which is out of sequence")]
    [InlineData(1, "40 02 00 00", "a packet with packet id 0: 40 02 00 00")]
    [InlineData(1, "40 01 00", "a packet that ends in the middle of a field: 40 01 00")]
    [InlineData(1, "40 FF FF FF FF", "a packet whose remaining length is not a variable byte integer: 40 FF FF FF FF")]
    [InlineData(1, "40 FF FF FF 7F", "a frame of 268435460 bytes, longer than the 65536 allowed: 40 FF FF FF 7F")]
    [InlineData(1, "41", "a packet whose type and flags a broker does not send: 41")]
    [InlineData(1, "30 03 00 01 61", "a packet of type Publish that a publishing client does not expect: 30 03 00 01 61")]
    [InlineData(1, "40 09 00 01 97 05 1F 00 02 FF FE", "not UTF-8 or contains U+0000: 40 09 00 01 97 05 1F 00 02 FF FE")]
    [InlineData(1, "E0 02 8E 00", "the broker ended the connection: session taken over (0x8E)")]
    [InlineData(1, "E0 07 95 05 1F 00 02 6F 6B", "the broker ended the connection: packet too large (0x95): ok")]
    public async Task A_protocol_violation_ends_the_connection_and_is_named(int qos, string hex, string reason)
    {
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        _fixture.Broker.Script = (_, connection) =>
        {
            connection.ByBytes = true;
            connection.Send(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        };
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () =>
            await sink.WriteAsync(SinkFixture.Numbers(1, 0, 1), default));
        Assert.EndsWith(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Acknowledgements_in_slices_of_one_byte_are_read(int qos)
    {
        _fixture.Broker.Script = (packet, connection) =>
        {
            connection.ByBytes = true;
            connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 50), default);
        Assert.Equal(50 * qos, _fixture.Broker.DequeueMessages().Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_receive_maximum_of_the_broker_is_kept(int qos)
    {
        var waiting = new Queue<BrokerPacket>();
        var (seen, most) = (0, 0);
        _fixture.Broker.Script = (packet, connection) =>
        {
            // Receive Maximum (0x21) of 3; acknowledgements are held back until three messages, or the last one, have arrived.
            if (packet.Type == BrokerPacket.Connect) connection.ConnAck(false, 0, 0x21, 0, 3);
            if (packet.Type == BrokerPacket.PubRel) connection.Reply(packet);
            if (packet.Type != BrokerPacket.Publish) return;
            waiting.Enqueue(packet);
            most = Math.Max(most, waiting.Count);
            if (++seen % 3 == 0 || seen == 20) while (waiting.TryDequeue(out var held)) connection.Reply(held);
        };
        await using var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 20), default);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_record_longer_than_the_brokers_limit_is_rejected_before_anything_is_sent()
    {
        _fixture.Broker.Script = (packet, connection) =>
        {
            // Maximum Packet Size (0x27) of 20.
            if (packet.Type == BrokerPacket.Connect) connection.ConnAck(false, 0, 0x27, 0, 0, 0, 20);
            else connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync();
        var batch = SinkFixture.Numbers(1, 0, 1);
        batch.Add(batch[0].Time, "press", "\"this is too long\""u8);
        var error = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal("a message of 26 bytes is longer than the 20 bytes that the broker accepts", error.Message);
        Assert.Equal([1], error.Indexes);
        Assert.False(error.OthersAreStored);
        await sink.WriteAsync(SinkFixture.Numbers(2, 0, 1), default);
        Assert.Equal(["#1 0"], _fixture.Broker.DequeueMessages());
    }

    private static void Refuse(BrokerPacket packet, BrokerConnection connection, string payload, byte reason)
    {
        if (packet.Type != BrokerPacket.Publish || packet.Payload != payload) connection.Reply(packet);
        else if (packet.Qos == 1) connection.PubAck(packet.Id, reason);
        else connection.PubRec(packet.Id, reason);
    }
}
