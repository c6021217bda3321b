using PlantRuntime.Mqtt.Tests.Testing;
using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>The delivery alone, against a broker that is a loop.</summary>
public class DeliveryTests
{
    [Theory]
    [InlineData(1, 200_000, ushort.MaxValue, 100)]
    [InlineData(2, 70_000, ushort.MaxValue, 65_535)]
    [InlineData(1, 5_000, 7, 100)]
    [InlineData(2, 5_000, 3, 2)]
    public void Ids_wrap_and_are_used_again_only_when_they_are_free(int qos, int count, ushort highest, int window)
    {
        const int Seed = 5;
        var random = new Random(Seed);
        var messages = Filled(qos, count);
        var delivery = new Delivery(qos, new PacketIds(highest));
        delivery.Begin(messages);
        var published = new List<string>();
        var inUse = new List<(ushort Id, bool IsHeld)>();
        while (!delivery.IsFinished)
        {
            for (var bytes = delivery.Next(window).Span; !bytes.IsEmpty;)
            {
                var length = LengthOf(bytes);
                var packet = new BrokerPacket(1, bytes[0], bytes[(bytes[1] > 0x7F ? 3 : 2)..length].ToArray());
                bytes = bytes[length..];
                Assert.InRange(packet.Id, 1, highest);
                var at = inUse.FindIndex(u => u.Id == packet.Id);
                if (packet.Type == BrokerPacket.PubRel)
                {
                    delivery.Answer(new Ack(PacketType.PubComp, (ushort)packet.Id, default, ""));
                    inUse.RemoveAt(at);
                }
                else
                {
                    Assert.True(at < 0, $"seed {Seed}: id {packet.Id} is in use");
                    inUse.Add(((ushort)packet.Id, false));
                    published.Add(packet.Payload);
                    Assert.True(inUse.Count <= window, $"seed {Seed}: {inUse.Count} on their way");
                }
            }

            // Answers come in any order; some wait, so that ids skip those in use.
            for (var n = Math.Min(inUse.Count, random.Next(1, 300)); n > 0; n--)
            {
                var at = random.Next(Math.Min(inUse.Count, 20));
                var (id, isHeld) = inUse[at];
                if (isHeld) continue;
                delivery.Answer(new Ack(qos == 1 ? PacketType.PubAck : PacketType.PubRec, id, default, ""));
                if (qos == 1) inUse.RemoveAt(at);
                else inUse[at] = (id, true);
            }
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), published);
    }

    private static int LengthOf(ReadOnlySpan<byte> packet) => packet[1] > 0x7F ? 3 + (packet[1] & 0x7F) + (packet[2] << 7) : 2 + packet[1];

    private static MessageBuffer Filled(int qos, int count)
    {
        var messages = new MessageBuffer(new TopicBook(new TopicTemplate("t"), null, "s"), qos, retain: false, ProtocolVersion.V5);
        messages.Fill(Rig.Numbers(1, 0, count), long.MaxValue);
        return messages;
    }
}
