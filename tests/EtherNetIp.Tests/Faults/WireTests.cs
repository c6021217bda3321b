using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>
/// Replies that come in slices, late, twice, in another order, to other requests, or with lengths that contradict each other.
/// </summary>
[Trait("Needs", "Server")]
public class WireTests
{
    private static readonly string[] s_addresses =
        ["Int", "Dint", "Real", "Text", "P1", "Levels[0..999]", "Flags[93]", "Program:Main.Step", .. Enumerable.Range(0, 40)
            .Select(n => $"Texts[{n}]")];

    [Theory]
    [InlineData("""{"split": 1}""", true)]
    [InlineData("""{"split": 1}""", false)]
    [InlineData("""{"split": 23}""", true)]
    [InlineData("""{"reorder": 3}""", true)]
    [InlineData("""{"reorder": 3}""", false)]
    [InlineData("""{"duplicateEvery": 2}""", true)]
    [InlineData("""{"duplicateEvery": 2}""", false)]
    [InlineData("""{"foreignEvery": 2}""", true)]
    [InlineData("""{"foreignEvery": 2}""", false)]
    [InlineData("""{"foreignEvery": 2, "duplicateEvery": 3, "reorder": 2, "split": 7}""", true)]
    [InlineData("""{"delayMs": 2}""", true)]
    public async Task Values_are_right_whatever_happens_on_the_way(string faults, bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(
            new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Connected = isConnected, ConnectionSize = 504,
                MaxRequests = 8 });
        await server.SetFaultsAsync(System.Text.Json.Nodes.JsonNode.Parse(faults)!);
        var scan = new PreparedScan(driver, s_addresses);
        for (var i = 0; i < 5; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(s_addresses.Length, scan.Good);
            Assert.Equal(("-32768", "lagoon", "text 39", 2997L),
                (scan[0].ToString(), scan[3].ToString(), scan[47].ToString(), scan[5].Items[999].Int));
        }

        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task A_reply_that_never_comes_costs_its_tags_and_nothing_else()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            ConnectionSize = 504 });
        var scan = new PreparedScan(driver, s_addresses);
        await scan.ReadAsync();
        await server.ResetStatsAsync();
        await scan.ReadAsync();
        var frames = (int)(await server.StatsAsync())["frames"]!;
        Assert.True(frames > 4, $"{frames} requests");
        await server.SetFaultsAsync(new { dropEvery = frames });
        using var cancel = new CancellationTokenSource();
        var received = driver.Loop.Session.Received;
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        while (driver.Loop.Session.Received < received + frames - 1) await Task.Yield();
        await cancel.CancelAsync();
        await reading;
        var bad = Enumerable.Range(0, s_addresses.Length).Where(i => scan.Fault(i) != "GOOD ").ToList();
        Assert.NotEmpty(bad);
        Assert.True(bad.Count < s_addresses.Length / 2, $"{bad.Count} are bad");
        Assert.All(bad, i => Assert.Equal("BAD_COMM no answer in time", scan.Fault(i)));

        await server.SetFaultsAsync(new { });
        await scan.ReadAsync();
        Assert.Equal(s_addresses.Length, scan.Good);
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Theory]
    [InlineData("encapsulation", -1)]
    [InlineData("items", -1)]
    [InlineData("cpf", 1)]
    [InlineData("cpf", 60000)]
    public async Task Lengths_that_contradict_each_other_end_the_connection(string layer, int delta)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        await server.SetFaultsAsync(new { length = new { layer, delta } });
        await Assert.ThrowsAsync<NotConnectedException>(async () =>
        {
            // A frame cut short shows when the next one begins in the middle of it.
            for (var i = 0; i < 3; i++) await scan.ReadAsync();
        });
        await server.SetFaultsAsync(new { });
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }

    [Theory]
    [InlineData("cip", -1)]
    [InlineData("cip", -3)]
    [InlineData("cip", -40)]
    [InlineData("cip", -1000)]
    [InlineData("extended", 200)]
    [InlineData("cpf", -1)]
    public async Task A_message_that_ends_too_early_costs_its_tags(string layer, int delta)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Text", "Levels[0..999]");
        await scan.ReadAsync();
        await server.SetFaultsAsync(new { length = new { layer, delta } });
        await scan.ReadAsync();
        Assert.InRange(scan.Good, 0, 2);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Matches("^(GOOD |BAD_)", scan.Fault(i)));
        await server.SetFaultsAsync(new { });
        await scan.ReadAsync();
        Assert.Equal(3, scan.Good);
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Theory]
    [InlineData("huge", "a structure of 4294967295 bytes")]
    [InlineData("self", "contains itself")]
    [InlineData("offsets", "goes beyond the end of the structure")]
    [InlineData("short", "definition")]
    public async Task A_template_that_lies_costs_its_structures_only(string template, string problem)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: new { template }));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "P1", "P1.Speed", "Text", "Int");
        await scan.ReadAsync();
        if (template != "short") Assert.StartsWith("BAD_TYPE a structure with handle", scan.Fault(0), StringComparison.Ordinal);
        Assert.Equal(("GOOD ", "GOOD ", "GOOD "), (scan.Fault(1), scan.Fault(2), scan.Fault(3)));
        var entries = await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync();
        if (template != "short")
            Assert.Contains(entries, entry => entry.Address == "P1" && entry.Description.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0x01, true)]
    [InlineData(0x03, true)]
    [InlineData(0x03, false)]
    [InlineData(0x65, true)]
    [InlineData(0x1234, false)]
    public async Task A_refused_frame_costs_its_tags_and_no_connection(int status, bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(
            new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Connected = isConnected });
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        for (var i = 0; i < 3; i++)
        {
            await server.SetFaultsAsync(new { refuseFrames = status });
            await scan.ReadAsync();
            Assert.Matches($@"^BAD_DEVICE the controller refuses the request: .*{status:X4}", scan.Fault(0));
            await server.SetFaultsAsync(new { });
            await scan.ReadAsync();
            Assert.Equal(2, scan.Good);
        }

        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_a_scan_is_not_connected()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        await server.SetFaultsAsync(new { closeAfter = 1 });
        await Assert.ThrowsAsync<NotConnectedException>(async () =>
        {
            await scan.ReadAsync();
            await scan.ReadAsync();
        });
        await server.SetFaultsAsync(new { });
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }
}
