using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.EtherNetIp.Tests.Peers;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests;

/// <summary>Counts bytes of the whole process, so it runs while no other test does.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Trait("Needs", "Server")]
public class AllocationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_steady_scan_allocates_nothing(bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            Connected = isConnected });
        // Every sort of tag in several requests, pieces of large arrays, and tags that are refused or of the wrong type at every scan.
        var scan = new PreparedScan(driver, [
            .. Enumerable.Range(0, 300).Select(n => $"Levels[{3 * n}]"), .. Enumerable.Range(0, 50)
                .Select(n => $"Texts[{n}]"), .. Enumerable.Range(0, 90).Select(n => $"Flags[{n}]"),
            "Bool", "Real", "Lreal", "Ulint", "Dint.31", "Text", "P1", "P1.Subs[0..2]", "Levels[0..999]", "Texts[0..59]", "Flags[30..35]",
                "Program:Main.Step",
            "Nothing", "Levels[1000]", "Real.3"]);
        // A host keeps one source a device and resets it; the token must be one that can be cancelled.
        using var limit = new CancellationTokenSource();

        var least = await AllocationMeter.LeastBytesAsync(() => scan.ReadAsync(limit.Token));

        Assert.Equal(452, scan.Good);
        Assert.Equal(0, least);
    }

    [Fact]
    public async Task A_steady_scan_of_an_SLC_allocates_nothing()
    {
        await using var server = await CipServer.StartAsync(SlcTests.Program);
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            Family = ControllerFamily.Slc });
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 300)
            .Select(n => $"N7:{n}"), "ST10:0", "F8:0", "T4:0/DN", "N7:0..299", "N7:300", "N17:0"]);
        using var limit = new CancellationTokenSource();

        var least = await AllocationMeter.LeastBytesAsync(() => scan.ReadAsync(limit.Token));

        Assert.Equal(304, scan.Good);
        Assert.Equal(0, least);
    }
}
