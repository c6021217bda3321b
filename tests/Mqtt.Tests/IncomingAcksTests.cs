using System.Buffers.Binary;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests the acknowledgement of received messages without a connection.</summary>
public class IncomingAcksTests
{
    private readonly IncomingAcks _acks = new(receiveMaximum: 3);

    [Fact]
    public void Messages_are_acknowledged_in_order_when_their_scans_are_stored()
    {
        Add(1, 1);
        Add(2, 1);
        Add(3, 1);
        Assert.False(_acks.HasAcks);
        _acks.Acknowledge(2);
        Assert.True(_acks.HasAcks);
        Assert.Equal("PubAck 1, PubAck 2", Sent());
        _acks.Acknowledge(1);
        Assert.Equal("", Sent());
        _acks.Acknowledge(3);
        Assert.Equal("PubAck 3", Sent());
    }

    [Fact]
    public void A_message_without_a_scan_is_acknowledged_after_those_before_it()
    {
        Add(1, 1, scans: 0);
        Assert.Equal("PubAck 1", Sent());
        Add(2, 1);
        Add(3, 1, scans: 0);
        Assert.Equal("", Sent());
        _acks.Acknowledge(1);
        Assert.Equal("PubAck 2, PubAck 3", Sent());
    }

    [Fact]
    public void A_message_of_several_scans_is_acknowledged_when_the_last_is_stored()
    {
        Add(1, 1, scans: 3);
        Add(2, 1);
        _acks.Acknowledge(2);
        Assert.Equal("", Sent());
        _acks.Acknowledge(3);
        Assert.Equal("PubAck 1", Sent());
        _acks.Acknowledge(4);
        Assert.Equal("PubAck 2", Sent());
    }

    [Fact]
    public void Messages_of_qos_0_count_as_scans_and_need_no_acknowledgement()
    {
        Add(0, 0);
        Add(1, 1);
        _acks.Acknowledge(1);
        Assert.Equal("", Sent());
        _acks.Acknowledge(2);
        Assert.Equal("PubAck 1", Sent());
    }

    [Fact]
    public void A_stored_message_of_qos_2_is_not_new_until_it_is_released()
    {
        Add(7, 2);
        _acks.Acknowledge(1);
        Assert.Equal("PubRec 7", Sent());
        Assert.False(_acks.IsNew(Message(7, 2, isDuplicate: true)));
        Assert.Equal("PubRec 7", Sent());
        _acks.Release(7);
        Assert.Equal("PubComp 7", Sent());
        Assert.True(_acks.IsNew(Message(7, 2)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_stored_message_of_qos_2_stays_known_as_long_as_the_session(bool sessionPresent, bool isNew)
    {
        Add(7, 2);
        _acks.Acknowledge(1);
        _acks.Resume(sessionPresent);
        Assert.Equal("", Sent());
        Assert.Equal(isNew, _acks.IsNew(Message(7, 2, isDuplicate: true)));
    }

    [Fact]
    public void An_unstored_message_is_new_again_on_the_next_connection()
    {
        Add(1, 1);
        _acks.Resume(sessionPresent: true);
        Assert.True(_acks.IsNew(Message(1, 1, isDuplicate: true)));
        Add(1, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => _acks.Acknowledge(2));
        _acks.Acknowledge(1);
        Assert.Equal("PubAck 1", Sent());
    }

    [Fact]
    public void A_duplicate_of_an_unstored_message_is_ignored_and_a_second_message_with_its_id_is_an_error()
    {
        Add(1, 1);
        Assert.False(_acks.IsNew(Message(1, 1, isDuplicate: true)));
        var error = Assert.Throws<LinkException>(() => _acks.IsNew(Message(1, 1)));
        Assert.Equal("the broker sent packet id 1 for two messages at a time", error.Message);
    }

    [Fact]
    public void The_window_is_full_until_a_message_is_stored()
    {
        Add(1, 1);
        Add(2, 2);
        Assert.False(_acks.IsFull);
        Add(3, 1);
        Assert.True(_acks.IsFull);
        _acks.Acknowledge(1);
        Assert.False(_acks.IsFull);
        Add(4, 1);
        Assert.True(_acks.IsFull);
        _acks.Resume(sessionPresent: true);
        Assert.False(_acks.IsFull);
    }

    [Fact]
    public void More_acknowledgements_than_fit_into_one_send_are_sent_in_turn()
    {
        const int Count = 600;
        var acks = new IncomingAcks(ushort.MaxValue);
        for (var id = 1; id <= Count; id++) acks.Add(Message(id, 1), scans: 1);
        acks.Acknowledge(Count);
        var ids = new List<int>();
        for (var bytes = acks.DequeueBytes(); !bytes.IsEmpty; bytes = acks.DequeueBytes())
            for (var at = 0; at < bytes.Length; at += 4) ids.Add(BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[(at + 2)..]));
        Assert.Equal(Enumerable.Range(1, Count), ids);
    }

    private void Add(int id, int qos, int scans = 1) => _acks.Add(Message(id, qos), scans);

    private static ReceivedMessage Message(int id, int qos, bool isDuplicate = false)
    {
        byte[] packetId = qos == 0 ? [] : [(byte)(id >> 8), (byte)id];
        byte[] body = [0, 1, (byte)'t', .. packetId, (byte)'1'];
        byte[] packet = [(byte)(0x30 | (qos << 1) | (isDuplicate ? 8 : 0)), (byte)body.Length, .. body];
        return ReceivedMessage.Parse(packet, ProtocolVersion.V311);
    }

    /// <summary>Returns the acknowledgements to send as text: "PubAck 1, PubRec 2".</summary>
    private string Sent()
    {
        var bytes = _acks.DequeueBytes().Span;
        var sent = new List<string>();
        for (; !bytes.IsEmpty; bytes = bytes[4..])
            sent.Add($"{(PacketType)(bytes[0] >> 4)} {BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])}");
        return string.Join(", ", sent);
    }
}
