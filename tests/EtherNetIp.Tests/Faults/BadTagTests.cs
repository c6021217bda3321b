using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>Tags that the controller refuses, or that are not what the tag table says: each is bad alone.</summary>
[Trait("Needs", "Server")]
public class BadTagTests
{
    [Theory]
    [InlineData("Nothing", null, "BAD_ADDRESS no such tag or member, or an index that is none: compare the spelling with the program (04")]
    [InlineData("Program:Other.Step", null, "BAD_ADDRESS no such tag or element: the path leads nowhere (05)")]
    [InlineData("P1.Sped", null, "BAD_ADDRESS no such tag or member")]
    [InlineData("Levels[1000]", null,
        "BAD_ADDRESS beyond the end of the array: the index or the number of elements is too large (FF/2105)")]
    [InlineData("Levels[998..1000]", null, "BAD_ADDRESS beyond the end of the array")]
    [InlineData("Flags[96]", null, "BAD_ADDRESS beyond the end of the array")]
    [InlineData("Grid[1]", null, "BAD_ADDRESS no such tag or element")]
    [InlineData("Secret", null, "BAD_ADDRESS access denied: set External Access")]
    [InlineData("Real.3", null, "BAD_TYPE the tag is REAL, which has no bits to name")]
    [InlineData("Sint.8", null, "BAD_TYPE the tag is SINT, which has the bits 0 to 7")]
    [InlineData("Flags", null, "BAD_TYPE a BOOL array: name one element, Flags[0], or a slice, Flags[0..31]")]
    [InlineData("Flags[3].1", null, "BAD_TYPE an element of a BOOL array has no bits: name it as Flags[3]")]
    [InlineData("Real", "DINT", "BAD_TYPE the tag is REAL in the controller, not DINT")]
    [InlineData("Dint.3", "BOOL", "GOOD ")]
    [InlineData("Flags[3]", "DINT", "BAD_TYPE the tag is BOOL in the controller, not DINT")]
    [InlineData("P1", "STRING", "BAD_TYPE the tag is Pump in the controller, not STRING")]
    [InlineData("Text", "UDT", "GOOD ")]
    public async Task One_bad_tag_among_a_hundred_is_bad_alone(string address, string? type, string expected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        TagDefinition[] tags =
        [
            .. Enumerable.Range(0, 50).Select(n => new TagDefinition($"a{n}", $"Levels[{10 * n}]")), new("bad", address, type),
            .. Enumerable.Range(0, 49).Select(n => new TagDefinition($"b{n}", $"Texts[{n}]")),
        ];
        var scan = new PreparedScan(driver, tags);
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.StartsWith(expected, scan.Fault(50), StringComparison.Ordinal);
            Assert.Equal(99, Enumerable.Range(0, 100).Count(n => n != 50 && scan.Fault(n) == "GOOD "));
        }

        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task Every_status_of_a_controller_is_one_tags_alone_and_is_named()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Real", "Text");
        await scan.ReadAsync();
        foreach (var status in Enumerable.Range(1, 255).Where(status => status is not (0x06 or 0x11)))
        {
            await server.SetFaultsAsync(new { refuse = new[] { new { symbol = "Real", status, extended = new[] { 0x1234 } } } });
            await scan.ReadAsync();
            Assert.Equal(("GOOD ", "GOOD "), (scan.Fault(0), scan.Fault(2)));
            Assert.Matches($@"^BAD_(ADDRESS|DEVICE) .*\({status:X2}/1234\)", scan.Fault(1));
        }

        await server.SetFaultsAsync(new { });
        await scan.ReadAsync();
        Assert.Equal(3, scan.Good);
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Theory]
    [InlineData(0x06)]
    [InlineData(0x11)]
    public async Task A_tag_that_never_fits_is_bad_and_the_others_stay_good(int status)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Real", "Text");
        await scan.ReadAsync();
        await server.SetFaultsAsync(new { refuse = new[] { new { symbol = "Real", status } } });
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(("GOOD ", "GOOD "), (scan.Fault(0), scan.Fault(2)));
            Assert.StartsWith("BAD_DEVICE ", scan.Fault(1), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tag_that_comes_later_is_read_from_then_on()
    {
        await using var server = await CipServer.StartAsync("compactlogix", new { name = "Level", type = "DINT", value = 1 });
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Level", "Later", "Text");
        await scan.ReadAsync();
        Assert.Equal(1, scan.Good);
        object[] tags = [new { name = "Level", type = "DINT", value = 2 }, new { name = "Later", type = "REAL", value = 0.5 },
            new { name = "Text", type = "STRING", value = "x" }];
        await server.AskAsync(new { download = new { tags } });
        await scan.ReadAsync();
        Assert.Equal(("2", "0.5", "x"), (scan[0].ToString(), scan[1].ToString(), scan[2].ToString()));
    }

    [Fact]
    public async Task A_download_that_changes_types_is_followed_within_the_scan()
    {
        await using var server = await CipServer.StartAsync("compactlogix",
            new { name = "A", type = "DINT", value = 1 }, new { name = "B", type = "DINT", dims = new[] { 10 },
                value = Enumerable.Range(0, 10) }, new { name = "C", type = "REAL", value = 1.5 });
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "A", "B[3]", "B[4]", "C");
        await scan.ReadAsync();
        Assert.Equal("1 3 4 1.5", Shown(scan));
        // The array becomes one of BOOLs, the number a text, the last tag disappears.
        object[] tags = [new { name = "A", type = "STRING", value = "now" },
            new { name = "B", type = "BOOL", dims = new[] { 32 }, value = new[] { false, false, false, true, false } }];
        await server.AskAsync(new { download = new { tags } });
        await scan.ReadAsync();
        Assert.Equal("now TRUE FALSE ", Shown(scan));
        Assert.StartsWith("BAD_ADDRESS no such tag", scan.Fault(3), StringComparison.Ordinal);
        await scan.ReadAsync();
        Assert.Equal("now TRUE FALSE ", Shown(scan));
    }

    [Fact]
    public async Task A_controller_without_packets_is_asked_tag_by_tag()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { hasPackets = false }));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Real", "Text", "P1.Sub", "Flags[93]", "Nothing");
        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(5, scan.Good);
        }

        Assert.NotEmpty(await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync());
    }

    private static string Shown(PreparedScan scan) => string.Join(
        ' ', Enumerable.Range(0, scan.Buffer.Count).Select(i => scan[i].ToString()));
}
