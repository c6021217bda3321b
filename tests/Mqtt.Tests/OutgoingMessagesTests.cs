using PlantRuntime.Mqtt.Tests.Testing;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Topics;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests the delivery state of outgoing messages without a connection.</summary>
public class OutgoingMessagesTests
{
    [Theory]
    [InlineData(1, 200_000, ushort.MaxValue, 100)]
    [InlineData(2, 70_000, ushort.MaxValue, 65_535)]
    [InlineData(1, 5_000, 7, 100)]
    [InlineData(2, 5_000, 3, 2)]
    public void Ids_wrap_and_are_reused_only_when_they_are_free(int qos, int count, ushort highest, int window)
    {
        const int Seed = 5;
        var random = new Random(Seed);
        var messages = Filled(qos, count);
        var outgoing = new OutgoingMessages(qos, new PacketIds(highest));
        outgoing.Begin(messages);
        var published = new List<string>();
        var inUse = new List<(ushort Id, bool IsHeld)>();
        while (!outgoing.IsFinished)
        {
            for (var bytes = outgoing.DequeueBytes(window).Span; !bytes.IsEmpty;)
            {
                var length = LengthOf(bytes);
                var packet = new BrokerPacket(1, bytes[0], bytes[(bytes[1] > 0x7F ? 3 : 2)..length].ToArray());
                bytes = bytes[length..];
                Assert.InRange(packet.Id, 1, highest);
                var at = inUse.FindIndex(u => u.Id == packet.Id);
                if (packet.Type == BrokerPacket.PubRel)
                {
                    outgoing.Apply(new AckPacket(PacketType.PubComp, (ushort)packet.Id, default, ""));
                    inUse.RemoveAt(at);
                }
                else
                {
                    Assert.True(at < 0, $"seed {Seed}: id {packet.Id} is in use");
                    inUse.Add(((ushort)packet.Id, false));
                    published.Add(packet.Payload);
                    Assert.True(inUse.Count <= window, $"seed {Seed}: {inUse.Count} in flight");
                }
            }

            // Acknowledgements arrive in any order and some are delayed, so that the ids have to skip those in use.
            for (var n = Math.Min(inUse.Count, random.Next(1, 300)); n > 0; n--)
            {
                var at = random.Next(Math.Min(inUse.Count, 20));
                var (id, isHeld) = inUse[at];
                if (isHeld) continue;
                outgoing.Apply(new AckPacket(qos == 1 ? PacketType.PubAck : PacketType.PubRec, id, default, ""));
                if (qos == 1) inUse.RemoveAt(at);
                else inUse[at] = (id, true);
            }
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), published);
    }

    [Fact]
    public void The_window_limits_the_messages_in_flight()
    {
        var outgoing = Begin(1, 5);
        Assert.Equal(["#1 0", "#2 1"], Sent(outgoing, window: 2));
        Assert.Equal([], Sent(outgoing, window: 2));
        Assert.Equal((2, false, false), (outgoing.InFlight, outgoing.IsAllSent, outgoing.IsFinished));
        outgoing.Apply(Ack(PacketType.PubAck, 2));
        Assert.Equal(["#3 2"], Sent(outgoing, window: 2));
        outgoing.Apply(Ack(PacketType.PubAck, 1));
        outgoing.Apply(Ack(PacketType.PubAck, 3));
        Assert.Equal(["#4 3", "#5 4"], Sent(outgoing, window: 2));
        Assert.True(outgoing.IsAllSent);
        outgoing.Apply(Ack(PacketType.PubAck, 4));
        outgoing.Apply(Ack(PacketType.PubAck, 5));
        Assert.True(outgoing.IsFinished);
    }

    [Theory]
    [InlineData(true, "#1 release|#2 1 dup|#3 2 dup")]
    [InlineData(false, "#4 0|#5 1|#6 2")]
    public void A_new_connection_continues_at_the_state_of_each_message(bool sessionPresent, string expected)
    {
        var outgoing = Begin(2, 3);
        Sent(outgoing, window: 10);
        outgoing.Apply(Ack(PacketType.PubRec, 1));
        outgoing.Resume(sessionPresent);
        Assert.Equal(expected.Split('|'), Sent(outgoing, window: 10));
    }

    [Fact]
    public void Only_refusals_that_allow_a_retry_are_sent_again()
    {
        var outgoing = Begin(1, 3);
        Sent(outgoing, window: 10);
        outgoing.Apply(Ack(PacketType.PubAck, 1, 0x97));
        outgoing.Apply(Ack(PacketType.PubAck, 2, 0x87));
        outgoing.Apply(Ack(PacketType.PubAck, 3));
        Assert.True(outgoing.IsFinished);
        Assert.Equal([0, 1], outgoing.Refusals.Select(r => r.Record));
        outgoing.RetryRefused();
        Assert.Equal(["#4 0"], Sent(outgoing, window: 10));
        outgoing.Apply(Ack(PacketType.PubAck, 4));
        Assert.Equal([1], outgoing.Refusals.Select(r => r.Record));
    }

    [Fact]
    public void Abandoning_finishes_the_messages_in_flight_and_sends_no_other()
    {
        var outgoing = Begin(1, 5);
        Sent(outgoing, window: 2);
        outgoing.Abandon();
        Assert.Equal([], Sent(outgoing, window: 10));
        Assert.False(outgoing.IsFinished);
        outgoing.Apply(Ack(PacketType.PubAck, 1));
        outgoing.Apply(Ack(PacketType.PubAck, 2));
        Assert.True(outgoing.IsFinished);
    }

    [Fact]
    public void Duplicate_and_foreign_acknowledgements_are_counted_and_others_out_of_sequence_are_an_error()
    {
        var outgoing = Begin(2, 2);
        Sent(outgoing, window: 10);
        outgoing.Apply(Ack(PacketType.PubRec, 99));
        outgoing.Apply(Ack(PacketType.PubRec, 1));
        outgoing.Apply(Ack(PacketType.PubRec, 1));
        Assert.Equal(2, outgoing.UnexpectedAcks);
        var error = Assert.Throws<LinkException>(() => outgoing.Apply(Ack(PacketType.PubComp, 2)));
        Assert.Equal("the broker answered packet 2 of QoS 2 with PUBCOMP, which is out of sequence", error.Message);
    }

    private static OutgoingMessages Begin(int qos, int count)
    {
        var outgoing = new OutgoingMessages(qos, new PacketIds());
        outgoing.Begin(Filled(qos, count));
        return outgoing;
    }

    private static AckPacket Ack(PacketType type, int id, byte reason = 0) => new(type, (ushort)id, new ReasonCode(reason), "");

    /// <summary>Returns all packets that are to be sent now, as <see cref="BrokerPacket"/> formats them.</summary>
    private static List<string> Sent(OutgoingMessages outgoing, int window)
    {
        var sent = new List<string>();
        for (var bytes = outgoing.DequeueBytes(window); !bytes.IsEmpty; bytes = outgoing.DequeueBytes(window))
        {
            for (var rest = bytes.Span; !rest.IsEmpty;)
            {
                var length = LengthOf(rest);
                sent.Add(new BrokerPacket(1, rest[0], rest[2..length].ToArray()).ToString());
                rest = rest[length..];
            }
        }

        return sent;
    }

    private static int LengthOf(ReadOnlySpan<byte> packet) => packet[1] > 0x7F ? 3 + (packet[1] & 0x7F) + (packet[2] << 7) : 2 + packet[1];

    private static MessageBuffer Filled(int qos, int count)
    {
        var messages = new MessageBuffer(new TopicCache(new TopicTemplate("t"), null, "s"), qos, retain: false, ProtocolVersion.V5);
        messages.Fill(SinkFixture.Numbers(1, 0, count), long.MaxValue);
        return messages;
    }
}
