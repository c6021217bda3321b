using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Mutated packets of a broker: only the declared exception, and little memory.</summary>
public class FuzzTests
{
    private const int Rounds = 20_000;

    private static readonly string[] s_packets =
    [
        "20020000", "20090000062100142200 0A", "2011000E0E1300051F0002 6F6B 2700010000 2401", "40020001", "400300FF10",
            "4009000197051F00026F6B",
        "50020002", "5003000297", "70020003", "700400039200", "D000", "E000", "E0018E", "E0078E051F00026F6B",
            "E00E9C0C 2600016100 0162 1C000163",
    ];

    [Fact]
    public void Twenty_thousand_mutated_packets_do_no_harm()
    {
        const int Seed = 3;
        var random = new Random(Seed);
        var (garbage, good) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var version = random.Next(2) == 0 ? ProtocolVersion.V5 : ProtocolVersion.V311;
            var bytes = Mutated(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var frames = new FrameBuffer(FixedHeader.FrameLength, PublisherSession.MostReceivedBytes);
                before = GC.GetAllocatedBytesForCurrentThread();
                for (var at = 0; at < bytes.Length;)
                {
                    var slice = Math.Min(random.Next(1, 20), bytes.Length - at);
                    bytes.AsSpan(at, slice).CopyTo(frames.Free().Span);
                    frames.Filled(slice);
                    at += slice;
                    while (frames.TryTake(out var packet))
                    {
                        Parse(packet.Span, version);
                        good++;
                    }
                }
            }
            catch (FrameException)
            {
                garbage++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e} on {Convert.ToHexString(bytes)}");
            }

            var used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(used <= (2 * bytes.Length) + (64 << 10), $"seed {Seed}, round {round}: {used} bytes for {bytes.Length}");
        }

        Assert.True(garbage > 1000 && good > 1000, $"seed {Seed}: {garbage} garbage, {good} good");
    }

    private static void Parse(ReadOnlySpan<byte> packet, ProtocolVersion version)
    {
        switch (FixedHeader.TypeOf(packet[0]))
        {
            case PacketType.ConnAck: ConnAck.Parse(packet, version); break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp: Ack.Parse(packet, version); break;
            case PacketType.Disconnect: Disconnect.Parse(packet); break;
        }
    }

    private static byte[] Mutated(Random random)
    {
        var bytes = Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ =>
            Convert.FromHexString(s_packets[random.Next(s_packets.Length)].Replace(" ", "", StringComparison.Ordinal))).ToList();
        for (var n = random.Next(4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                default: bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at - 1)); break;
            }
        }

        return [.. bytes];
    }
}
