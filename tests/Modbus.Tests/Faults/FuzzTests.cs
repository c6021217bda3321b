using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Modbus.Tests.Faults;

/// <summary>Mutated frames: only the declared exception, and little memory.</summary>
public class FuzzTests
{
    private const int Frames = 20_000;

    [Fact]
    public void Twenty_thousand_mutated_frames_do_no_harm()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        ReadBlock[] blocks =
            [Block("holding:7", "holding:8:REAL", "holding:10:STRING[9]"), Block("coil:3", "coil:19"), Block("9/input:1.4")];
        var into = new ScanBuffer([.. Enumerable.Range(0, 3).Select(n => new Tag(n, $"t{n}", "device"))]);
        var (garbage, faults, values) = (0, 0, 0);
        for (var round = 0; round < Frames; round++)
        {
            var block = blocks[random.Next(blocks.Length)];
            var bytes = Mutated(random, block);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var frames = new FrameBuffer(Mbap.FrameLength, Mbap.MostBytes);
                for (var at = 0; at < bytes.Length;)
                {
                    var slice = Math.Min(random.Next(1, 200), bytes.Length - at);
                    bytes.AsSpan(at, slice).CopyTo(frames.Free().Span);
                    frames.Filled(slice);
                    at += slice;
                    while (frames.TryTake(out var frame)) _ = block.Read(frame.Span, into) is null ? values++ : faults++;
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

        Assert.True(garbage > 1000 && faults > 1000 && values > 1000, $"seed {Seed}: {garbage} garbage, {faults} faults, {values} values");
    }

    private static ReadBlock Block(params string[] addresses)
    {
        var parser = new ModbusAddressParser(1, ByteOrder.ABCD);
        return new ReadBlock(addresses
            .Select((address, i) => new ReadItem(i, parser.Parse(new TagDefinition("t", address), out _)!.Value)).ToArray());
    }

    private static byte[] Mutated(Random random, ReadBlock block)
    {
        var frame = new byte[ReadBlock.FrameBytes];
        block.Write(frame);
        var good = DeviceRequest.Parse(frame).Good();
        var bytes = Enumerable.Repeat(good, random.Next(1, 4)).SelectMany(copy => copy).ToList();
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
