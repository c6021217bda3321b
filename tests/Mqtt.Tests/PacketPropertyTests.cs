using System.Buffers;
using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>
/// Property tests of the packet codec with CsCheck: round trips, and mutated packets that may only cause the declared exception. A failure
/// prints the seed that repeats it.
/// </summary>
public class PacketPropertyTests
{
    private const int Iterations = 20_000;
    private const int MaxAllocatedBytes = 8 << 10;

    private static readonly Gen<ProtocolVersion> s_version = Gen.OneOf(ProtocolVersion.V311, ProtocolVersion.V5);
    private static readonly Gen<ushort> s_id = Gen.UShort[1, ushort.MaxValue];
    private static readonly Gen<byte[]> s_topic =
        Gen.String[Gen.Char["abcz/ $°温"], 1, 300].Select(text => Encoding.UTF8.GetBytes(text));

    private static readonly Gen<byte[]> s_packet = Gen.OneOf(
        Gen.Select(s_topic, Gen.Byte.Array[0, 200], Gen.Int[0, 2], s_id, s_version)
            .Select((topic, payload, qos, id, version) => Write(topic, payload, qos, id, version)),
        Gen.OneOf(
            "20020000", "20090000062100142200 0A", "2011000E0E1300051F0002 6F6B 2700010000 2401", "400300FF10", "4009000197051F00026F6B",
            "5003000297", "62020007", "700400039200", "D000", "E0078E051F00026F6B", "E00E9C0C 2600016100 0162 1C000163", "900400010087")
            .Select(hex => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void A_variable_integer_round_trips() => Gen.Int[0, VariableInteger.MaxValue].ForAll(
        value =>
        {
            var bytes = new byte[VariableInteger.MaxBytes];
            var count = VariableInteger.Write(bytes, value);
            Assert.Equal(count, VariableInteger.SizeOf(value));
            Assert.Equal(OperationStatus.Done, VariableInteger.TryRead(bytes.AsSpan(0, count), out var read, out var length));
            Assert.Equal((value, count), (read, length));
        },
        iter: Iterations);

    [Fact]
    public void Bytes_that_are_a_variable_integer_are_its_only_encoding() => Gen.Byte.Array[0, 6].ForAll(
        bytes =>
        {
            if (VariableInteger.TryRead(bytes, out var value, out var length) != OperationStatus.Done) return;
            var again = new byte[VariableInteger.MaxBytes];
            Assert.Equal(length, VariableInteger.Write(again, value));
            Assert.Equal(bytes.AsSpan(0, length), again.AsSpan(0, length));
        },
        iter: Iterations);

    [Fact]
    public void A_publish_round_trips() =>
        Gen.Select(s_topic, Gen.Byte.Array[0, 20_000], Gen.Int[0, 2], Gen.Bool, s_id, Gen.Bool, s_version).ForAll(
            (topic, payload, qos, retain, id, isDuplicate, version) =>
            {
                var buffer = new ArrayBufferWriter<byte>();
                PublishPacket.Write(buffer, topic, payload, qos, retain, version);
                var packet = buffer.WrittenSpan.ToArray();
                if (qos > 0) PublishPacket.Stamp(packet, id, isDuplicate);
                Assert.Equal(packet.Length, FixedHeader.FrameLength(packet));
                Assert.Equal(packet.Length, PublishPacket.SizeOf(topic.Length, payload.Length, qos, version));
                Assert.Equal(retain, (packet[0] & 1) == 1);
                var message = ReceivedMessage.Parse(packet, version);
                Assert.Equal(topic, message.Topic);
                Assert.Equal(payload, message.Payload);
                Assert.Equal((qos, qos > 0 ? id : 0, qos > 0 && isDuplicate), (message.QoS, message.Id, message.IsDuplicate));
            },
            iter: Iterations / 10);

    [Fact]
    public void An_acknowledgement_round_trips() =>
        Gen.Select(Gen.OneOf(PacketType.PubAck, PacketType.PubRec, PacketType.PubRel, PacketType.PubComp), s_id, s_version).ForAll(
            (type, id, version) =>
            {
                var packet = new byte[AckPacket.SuccessLength];
                AckPacket.Write(packet, type, id);
                Assert.Equal(packet.Length, FixedHeader.FrameLength(packet));
                Assert.Equal(new AckPacket(type, id, default, ""), AckPacket.Parse(packet, version));
            },
            iter: Iterations);

    [Fact]
    public void Mutated_packets_cause_only_the_declared_exception_and_bounded_allocation() =>
        Gen.Select(s_packet, Gen.Select(Gen.Int[0, 1 << 16], Gen.Byte).Array[0, 4], Gen.Int[0, 8], s_version).ForAll(
            (packet, changes, cut, version) =>
            {
                var bytes = packet[..Math.Max(1, packet.Length - cut)];
                foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
                var limit = MaxAllocatedBytes + (4 * bytes.Length);
                var allocated = AllocationMeter.ThreadBytes(limit, () =>
                {
                    try
                    {
                        var length = FixedHeader.FrameLength(bytes);
                        if (length > 0 && length <= bytes.Length) Parse(bytes.AsSpan(0, length), version);
                    }
                    catch (FrameException)
                    {
                        // The declared exception.
                    }
                });
                Assert.True(allocated <= limit, $"{allocated} bytes for {Convert.ToHexString(bytes)}");
            },
            iter: Iterations);

    private static byte[] Write(byte[] topic, byte[] payload, int qos, ushort id, ProtocolVersion version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PublishPacket.Write(buffer, topic, payload, qos, retain: false, version);
        var packet = buffer.WrittenSpan.ToArray();
        if (qos > 0) PublishPacket.Stamp(packet, id, isDuplicate: false);
        return packet;
    }

    private static void Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        switch (FixedHeader.TypeOf(packet[0]))
        {
            case PacketType.ConnAck: ConnAckPacket.Parse(packet, version); break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp: AckPacket.Parse(packet, version); break;
            case PacketType.SubAck: SubAckPacket.Parse(packet, version); break;
            case PacketType.Disconnect: DisconnectPacket.Parse(packet); break;
            case PacketType.Publish: ReceivedMessage.Parse(packet, version); break;
        }
    }
}
