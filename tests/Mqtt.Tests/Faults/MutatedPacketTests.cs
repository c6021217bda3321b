using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Fuzzing;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Parses mutated packets: only the declared exception may occur, with bounded memory.</summary>
public class MutatedPacketTests
{
    private const int Rounds = 20_000;
    private const string Nested = """{"ts":1763712000,"values":{"a":1.5,"b":[10,{"c":"x\u00b0"}]},"n":null,"t":"y"}""";

    private static readonly string[] s_addresses = ["p", "p : values.a", "+ : values.b[1].c", "# : n", "p : values.b", "# : t"];

    private static readonly string[] s_packets =
    [
        "20020000", "20090000062100142200 0A", "2011000E0E1300051F0002 6F6B 2700010000 2401", "40020001", "400300FF10",
            "4009000197051F00026F6B",
        "50020002", "5003000297", "70020003", "700400039200", "D000", "E000", "E0018E", "E0078E051F00026F6B",
            "E00E9C0C 2600016100 0162 1C000163",
        "9003000100", "900400010087", "62020007",
    ];

    // Messages to topic "p": plain, nested with a time, and with every property.
    private static readonly byte[][] s_messages =
    [
        Message(0x30, "", "00", "1.5"),
        Message(0x31, "", "00", Nested),
        Message(0x32, "0007", "", Nested),
        Message(0x3D, "0008", "1E 0101 0200000009 0300016A 08000172 09000100 0B05 0B06 26 00016B 000176", Nested),
    ];

    [Fact]
    public void Twenty_thousand_mutated_packets_cause_only_the_declared_exception()
    {
        const int Seed = 3;
        var (good, scans, version) = (0, 0, ProtocolVersion.V5);
        var payloads = Payloads();
        var buffer = new ScanBuffer([.. s_addresses.Select((a, i) => new Tag(i, a, "lab"))]);
        var garbage = FrameFuzz.Run<FrameException>(
            Seed, Rounds, () => new FrameBuffer(FixedHeader.FrameLength, PublisherSession.MaxReceivedPacketBytes),
            Make, mostInSlice: 20, Take);
        Assert.True(garbage > 1000 && good > 1000 && scans > 1000, $"seed {Seed}: {garbage} garbage, {good} good, {scans} scans");

        byte[] Make(Random random)
        {
            version = random.Next(2) == 0 ? ProtocolVersion.V5 : ProtocolVersion.V311;
            return Damage.Of(random, Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ =>
                random.Next(2) == 0 ? Hex(s_packets[random.Next(s_packets.Length)]) : s_messages[random.Next(s_messages.Length)]));
        }

        void Take(ReadOnlySpan<byte> packet)
        {
            if (Parse(packet, version, payloads, buffer)) scans++;
            good++;
        }
    }

    private static bool Parse(ReadOnlySpan<byte> packet, ProtocolVersion version, MessageReader payloads, ScanBuffer buffer)
    {
        switch (FixedHeader.TypeOf(packet[0]))
        {
            case PacketType.ConnAck: ConnAckPacket.Parse(packet, version); break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp: AckPacket.Parse(packet, version); break;
            case PacketType.SubAck: SubAckPacket.Parse(packet, version); break;
            case PacketType.Disconnect: DisconnectPacket.Parse(packet); break;
            case PacketType.Publish: return payloads.Fill(ReceivedMessage.Parse(packet, version), buffer) > 0;
        }

        return false;
    }

    private static MessageReader Payloads() => new(
        [.. s_addresses.Select(a => MqttAddress.Parse(new TagDefinition("t", a), out _)!)],
        JsonPath.Parse("ts", out _), TimeZoneInfo.Utc, new CapturingPluginLog());

    private static byte[] Message(byte first, string id, string properties, string payload)
    {
        byte[] body = [0, 1, (byte)'p', .. Hex(id), .. Hex(properties), .. Encoding.UTF8.GetBytes(payload)];
        return [first, (byte)(body.Length & 0x7F | (body.Length > 0x7F ? 0x80 : 0)), .. body.Length > 0x7F ? (byte[])[1] : [], .. body];
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
