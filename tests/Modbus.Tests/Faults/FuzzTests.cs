using PlantRuntime.Conformance.Fuzzing;
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
        ReadBlock[] blocks =
            [Block("holding:7", "holding:8:REAL", "holding:10:STRING[9]"), Block("coil:3", "coil:19"), Block("9/input:1.4")];
        var block = blocks[0];
        var into = new ScanBuffer([.. Enumerable.Range(0, 3).Select(n => new Tag(n, $"t{n}", "device"))]);
        var (faults, values) = (0, 0);
        var framing = new MbapFraming(usesIds: true);
        var garbage = FrameFuzz.Run<FrameException>(Seed, Frames, NewBuffer, Make,
            mostInSlice: 200, Take);
        Assert.True(garbage > 1000 && faults > 1000 && values > 1000, $"seed {Seed}: {garbage} garbage, {faults} faults, {values} values");

        byte[] Make(Random random)
        {
            block = blocks[random.Next(blocks.Length)];
            return Mutated(random, block);
        }

        FrameBuffer NewBuffer()
        {
            framing = new MbapFraming(usesIds: true);
            return new FrameBuffer(framing.FrameLength, Mbap.MaxBytes);
        }

        void Take(ReadOnlySpan<byte> frame)
        {
            if (framing.TryGetId(frame, out _)) _ = block.Read(frame, into) is null ? values++ : faults++;
        }
    }

    private static ReadBlock Block(params string[] addresses)
    {
        var parser = new ModbusAddressParser(1, ByteOrder.ABCD);
        return new ReadBlock(addresses
            .Select((address, i) => new ModbusReadTag(i, parser.Parse(new TagDefinition("t", address), out _)!.Value)).ToArray(),
                ModbusDialect.Standard);
    }

    private static byte[] Mutated(Random random, ReadBlock block)
    {
        var frame = new byte[ModbusReadRequest.FrameBytes(ModbusFrame.Tcp)];
        block.Write(frame);
        return Damage.Copies(random, DeviceRequest.Parse(frame).Good());
    }
}
