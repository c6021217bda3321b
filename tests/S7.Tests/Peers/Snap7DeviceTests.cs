using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>Reads the info of snap7's server, which replies as a CPU 315-2 PN/DP.</summary>
[Trait("Needs", "Server")]
public class Snap7DeviceTests
{
    [SkippableTheory]
    [InlineData(960)]
    [InlineData(240)]
    public async Task Facts_and_a_cpu_that_is_stopped(int pduSize)
    {
        await using var server = await Snap7Server.StartAsync(new ServedBytes("DB", 1, 0, "SIZE", "10"));
        using var client = new Snap7Client(server);
        await using var driver = await Snap7Server.ConnectAsync(server, pduSize);

        var facts = await driver.DescribeAsync(CancellationToken.None);
        await client.StopCpuAsync();
        var stopped = await driver.DescribeAsync(CancellationToken.None);
        await client.StartCpuAsync();
        var started = await driver.DescribeAsync(CancellationToken.None);

        DeviceProperty[] rest =
        [
            new("order_number", "6ES7 315-2EH14-0AB0"), new("firmware", "V3.2.6"), new("name", "SNAP7-SERVER"),
            new("module", "CPU 315-2 PN/DP"), new("serial_number", "S C-C2UR28922012"), new("pdu", $"{pduSize}"),
            new("jobs", $"{driver.Loop.Session.Setup.Jobs}"),
        ];
        Assert.Equal([new DeviceProperty("state", "RUN"), .. rest], facts);
        Assert.Equal([new DeviceProperty("state", "STOP", IsWrong: true), .. rest], stopped);
        Assert.Equal(facts, started);
    }

    [SkippableTheory]
    [InlineData(960, 300)]
    [InlineData(240, 300)]
    [InlineData(240, 52)]
    [InlineData(240, 0)]
    public async Task Blocks_are_listed_with_their_sizes(int pduSize, int blocks)
    {
        await using var server = await Snap7Server.StartAsync(
            [new("M", 0, 0, "SIZE", "10"),
                .. Enumerable.Range(1, blocks).Select(n => new ServedBytes("DB", 3 * n, 0, "SIZE", $"{n + 10}"))]);
        await using var driver = await Snap7Server.ConnectAsync(server, pduSize);
        if (blocks == 0)
        {
            Assert.Empty(await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync());
            return;
        }

        var entries = await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync();

        Assert.Equal(
            Enumerable.Range(1, blocks).Select(n => new BrowseEntry($"DB{3 * n}", "data block", n + 10, "version 0.1")).ToHashSet(),
            entries.ToHashSet());
    }
}
