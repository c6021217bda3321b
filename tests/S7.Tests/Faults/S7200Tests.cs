using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>An S7-200 SMART and peripheral addresses, which snap7's server does not have.</summary>
public class S7200Tests
{
    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(2)]
    public async Task Timers_counters_and_variable_memory_read(int bytesOfATimer)
    {
        using var cpu = new ScriptedCpu();
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = cpu.Port, Cpu = CpuFamily.S7200 });
        await driver.ConnectAsync(CancellationToken.None);
        cpu.Script = (request, line) => line.Send(request.Answer([.. request.Items.Select(item => Answer(item, bytesOfATimer))]));
        var scan = new S7Scan(driver, "T37", "T38", "T40:INT", "C5", "VW100:INT", "T37:INT[2]");

        for (var i = 0; i < 3; i++) await scan.ReadAsync();

        Assert.Equal("370 GOOD, 380 GOOD, 400 GOOD, 50 GOOD, 25701 GOOD, [370, 380] GOOD",
            string.Join(", ", scan.Buffer.Samples.ToArray().Select(sample => $"{sample.Value} {sample.Quality.ToText()}")));
        Assert.Equal([0xC1, 2, 0x10, 0, 0xC2, 2, 3, 0], cpu.ConnectRequest[^8..]);
    }

    [Fact]
    public async Task A_reply_of_another_length_is_refused_alone()
    {
        using var cpu = new ScriptedCpu();
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = cpu.Port, Cpu = CpuFamily.S7200 });
        await driver.ConnectAsync(CancellationToken.None);
        var scan = new S7Scan(driver, "T37", "VW100:INT");
        foreach (var length in (int[])[0, 1, 3, 6, 100])
        {
            cpu.Script = (request, line) => line.Send(request.Answer([.. request.Items.Select(item =>
                item.Area == 0x1F ? [0xFF, 9, 0, (byte)length, .. new byte[length]] : Answer(item, 5))]));
            await scan.ReadAsync();
            Assert.Equal(("BAD_COMM item with another length than was asked", 25701L), (scan.Fault(0), scan[1].Int));
        }

        Assert.Equal(1, cpu.Connections);
    }

    [Fact]
    public async Task A_timer_that_is_refused_names_the_option_for_an_s7_200()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) => line.Send(request.Good(item => item.Area == 0x1D ? (byte)5 : (byte)0));
        var scan = new S7Scan(rig.Driver, "T37", "DB1.DBW0");
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.StartsWith("BAD_ADDRESS address out of range (05)", scan.Fault(0), StringComparison.Ordinal);
            Assert.EndsWith("set cpu = \"s7200\" if this is one", scan.Fault(0), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Peripheral_addresses_go_to_area_80()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        CpuWrite? written = null;
        rig.Cpu.WriteScript = (write, line) =>
        {
            written = write;
            line.Send(write.Ack(0xFF));
        };
        rig.Cpu.Script = (request, line) => line.Send(request.Answer([.. request.Items.Select(item =>
            item is { Area: 0x80, Start: 256, Bytes: 2 } ? [0xFF, 4, 0, 16, 0x36, 0] : (byte[])[5, 0, 0, 0])]));
        var scan = new S7Scan(rig.Driver, "PIW256:INT", "P#P256.0 INT 1");

        await scan.ReadAsync();
        await rig.Driver.PrepareWrites([new TagDefinition("t", "PQW256:INT")]).WriteAsync(0, 13824, CancellationToken.None);

        Assert.Equal((13824L, 13824L), (scan[0].Int, scan[1].Int));
        Assert.Equal((0x80, 0, 8 * 256, "3600"), (written!.Area, written.Block, written.Bits, Convert.ToHexString(written.Bytes)));
    }

    private static byte[] Answer(CpuItem item, int bytesOfATimer)
    {
        var memory = Enumerable.Range(item.Start, item.Bytes).Select(at => (byte)at);
        if (item.Area == 0x84) return [0xFF, 4, 0, (byte)(8 * item.Bytes), .. memory];
        var full = item.Area == 0x1F ? 5 : 3;
        var each = Math.Min(full, bytesOfATimer == 5 ? 5 : item.Area == 0x1F ? bytesOfATimer : 2);
        var values = Enumerable.Range(item.Start, item.Bytes).SelectMany(number => Value(10 * number, each)).ToArray();
        return [0xFF, 9, (byte)(values.Length >> 8), (byte)values.Length, .. values];
    }

    private static byte[] Value(int number, int bytes)
    {
        byte[] all = [0x60, 0, 0, (byte)(number >> 8), (byte)number];
        return bytes == 3 ? [all[0], all[3], all[4]] : all[^bytes..];
    }
}
