using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>
/// Simulators and gateways do what no controller of Rockwell does: empty contexts, one frame at a time, whole packets refused.
/// </summary>
[Trait("Needs", "Server")]
public class SimulatorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replies_with_an_empty_context_are_taken_in_their_order(bool isConnected)
    {
        var faults = new { emptyContext = true, oneFrame = true };
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: faults));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions
        {
            Host = "127.0.0.1", Port = server.Port, Connected = isConnected, MaxRequests = isConnected ? 1 : 4,
        });
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 60).Select(n => $"Texts[{n}]"), "Int", "P1.Speed"]);
        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(62, scan.Good);
            Assert.Equal("text 59", scan[59].ToString());
        }

        Assert.Contains(await driver.DescribeAsync(CancellationToken.None), fact => fact is { Name: "revision", Text: "32.011" });
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task A_late_reply_with_an_empty_context_is_not_taken_for_the_next_one()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: new { emptyContext = true }));
        await using var driver = await server.ConnectAsync(
            new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Connected = false });
        var (first, second) = (new PreparedScan(driver, "Int"), new PreparedScan(driver, "Dint"));
        await first.ReadAsync();
        await second.ReadAsync();
        await server.SetFaultsAsync(new { emptyContext = true, delayMs = 300 });
        using (var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first.ReadAsync(cancel.Token));
        await server.SetFaultsAsync(new { emptyContext = true });
        for (var i = 0; i < 3; i++)
        {
            await second.ReadAsync();
            Assert.Equal(("GOOD ", -2147483648L), (second.Fault(0), second[0].Int));
        }
    }

    [Fact]
    public async Task A_server_that_reads_one_frame_at_a_time_is_asked_so_after_it_hung_up()
    {
        await using var server = await CipServer.StartAsync(
            Programs.AllTypes("compactlogix", new { maxSize = 504 }, new { oneFrame = true }));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 60).Select(n => $"Texts[{n}]")]);
        await Assert.ThrowsAsync<NotConnectedException>(async () => await scan.ReadAsync());
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(60, scan.Good);
    }

    [Theory]
    [InlineData(0x04)]
    [InlineData(0x13)]
    [InlineData(0x24)]
    [InlineData(0x26)]
    public async Task A_packet_that_is_refused_as_a_whole_shows_which_tag_is_at_fault(int status)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 50).Select(n => $"Levels[{20 * n}]"), "Real", "Dint"]);
        await scan.ReadAsync();
        await server.ResetStatsAsync();
        await scan.ReadAsync();
        var before = (int)(await server.StatsAsync())["frames"]!;
        var faults = new { refusePackets = new { symbol = "Real", status }, refuse = new[] { new { symbol = "Real", status } } };
        await server.SetFaultsAsync(faults);
        for (var i = 0; i < 3; i++)
        {
            if (i == 2) await server.ResetStatsAsync();
            await scan.ReadAsync();
            Assert.Equal(51, scan.Good);
            Assert.Matches($@"^BAD_\w+ .*\({status:X2}\)", scan.Fault(50));
        }

        // The tag at fault has a message of its own by now.
        Assert.Equal(before + 1, (int)(await server.StatsAsync())["frames"]!);
        await server.SetFaultsAsync(new { });
        await scan.ReadAsync();
        Assert.Equal(52, scan.Good);
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task A_server_that_takes_few_requests_in_a_packet_is_read_in_full_and_packets_become_shorter()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: new { mostInPacket = 20 }));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 60).Select(n => $"Texts[{n}]"), "Int", "Real", "Dint", "P1.Speed"]);
        for (var i = 0; i < 50; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(64, scan.Good);
        }
    }
}
