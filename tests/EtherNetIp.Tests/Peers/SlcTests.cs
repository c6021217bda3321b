using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;
using PlantRuntime.Plugins.EtherNetIp.Slc;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>An SLC 5/05: PCCC over CIP, without a connection.</summary>
[Trait("Needs", "Server")]
public class SlcTests
{
    public static readonly object Program = new
    {
        controller = "slc",
        files = new object[]
        {
            new { file = "O0", elements = 8 }, new { file = "I1", values = new[] { 0, 0x8005, 3 } },
                new { file = "S2", elements = 64, values = new[] { 0, 0x20 } },
            new { file = "B3", values = new[] { 0x8001, 0x0010 } },
            new { file = "T4", values = new[] { new[] { 0x2000, 100, 42 }, [0, 5, -6] } },
                new { file = "C5", values = new[] { new[] { 0x8000, 10, 7 } } },
            new { file = "N7", elements = 300, values = Enumerable.Range(0, 300).Select(n => n - 5) },
                new { file = "F8", values = new[] { 0.5, -1e10 } },
            new { file = "ST10", values = new[] { "lagoon", "odd" } }, new { file = "L9", values = new[] { -70000, 0x20000 } },
        },
    };

    private static readonly (string Address, string Expected)[] s_values =
    [
        ("N7:0", "-5"), ("N7:299", "294"), ("N7:0/15", "TRUE"), ("N7:5/0", "FALSE"), ("N7:0..9", "[-5, -4, -3, -2, -1, 0, 1, 2, 3, 4]"),
            ("F8:0", "0.5"), ("F8:1", "-1E+10"),
        ("L9:0", "-70000"), ("L9:1/17", "TRUE"), ("B3:0/0", "TRUE"), ("B3/20", "TRUE"), ("B3/21", "FALSE"), ("T4:0.ACC", "42"),
            ("T4:0.PRE", "100"), ("T4:0/DN", "TRUE"), ("T4:1.ACC", "-6"),
        ("C5:0/CU", "TRUE"), ("C5:0.ACC", "7"), ("ST10:0", "lagoon"), ("ST10:1", "odd"), ("ST10:0..1", "[lagoon, odd]"), ("S:1/5", "TRUE"),
            ("I:1", "-32763"), ("I:1/2", "TRUE"), ("I:2", "3"),
    ];

    [Fact]
    public async Task Every_file_and_shape()
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var scan = new PreparedScan(driver, [.. s_values.Select(value => value.Address), "N7:0..299"]);
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(s_values, s_values.Select((value, n) =>
                (value.Address, scan.Fault(n) is "GOOD " ? scan[n].ToString() : scan.Fault(n))));
            Assert.Equal(Enumerable.Range(0, 300).Select(n => (long)n - 5), scan[s_values.Length].Items.ToArray().Select(item => item.Int));
        }
    }

    [Fact]
    public async Task Tags_of_a_file_share_commands_of_at_most_244_bytes()
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 100).Select(n => $"N7:{3 * n}"), "T4:0.ACC", "T4:1.ACC"]);
        // 298 words are 596 bytes: three commands of at most 236, and one of the timers.
        Assert.Equal(4, ((SlcReader)scan.Reader).Plan.Items.Count);
        await scan.ReadAsync();
        Assert.Equal(102, scan.Good);
    }

    [Theory]
    [InlineData("N7:300", "BAD_ADDRESS no such file or element: compare the data files in the program (STS F0, EXT 06)")]
    [InlineData("N17:0", "BAD_ADDRESS no such file or element")]
    [InlineData("F7:0", "BAD_ADDRESS no such file or element")]
    public async Task One_bad_tag_among_a_hundred_is_bad_alone(string address, string expected)
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 99).Select(n => $"N7:{n + 190}"), address]);
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(99, scan.Good);
            Assert.StartsWith(expected, scan.Fault(99), StringComparison.Ordinal);
        }

        // The good tags share a command again: two for the good tags, one for the bad.
        await server.ResetStatsAsync();
        await scan.ReadAsync();
        Assert.Equal(2, (int)(await server.StatsAsync())["frames"]!);
    }

    [Fact]
    public async Task Every_status_is_named()
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var scan = new PreparedScan(driver, "N7:0");
        foreach (var status in Enumerable.Range(1, 255).Where(status => status != 0xF0))
        {
            await server.SetFaultsAsync(new { pccc = new { status } });
            await scan.ReadAsync();
            Assert.Matches($@"^BAD_(ADDRESS|DEVICE) .*\(STS {status:X2}\)$", scan.Fault(0));
        }

        foreach (var extended in Enumerable.Range(0, 256))
        {
            await server.SetFaultsAsync(new { pccc = new { status = 0xF0, extended } });
            await scan.ReadAsync();
            Assert.Matches($@"^BAD_(ADDRESS|DEVICE) .*\(STS F0, EXT {extended:X2}\)$", scan.Fault(0));
        }
    }

    [Theory]
    [InlineData("N7:3", -2, "N7:3", "feff")]
    [InlineData("F8:1", 0.5, "F8:1", "0000003f")]
    [InlineData("L9:0", 70000, "L9:0", "70110100")]
    [InlineData("T4:0.PRE", 200, "T4:0", "0020c8002a00")]
    [InlineData("T4:0/EN", true, "T4:0", "00a064002a00")]
    [InlineData("B3:0/4", true, "B3:0", "1180")]
    [InlineData("B3/0", false, "B3:0", "0080")]
    [InlineData("L9:1/0", true, "L9:1", "01000200")]
    [InlineData("O:3/1", true, "O0:3", "0200")]
    public async Task Writing_changes_what_is_named_and_nothing_else(string address, object value, string held, string hex)
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var writer = driver.PrepareWrites([new TagDefinition("t", address)]);
        await writer.WriteAsync(0, value switch { bool flag => flag, int number => number, _ => (double)value }, CancellationToken.None);
        Assert.Equal(hex, (string)(await server.GetAsync(held))!);
    }

    [Fact]
    public async Task Texts_and_slices_are_written()
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var writer = driver.PrepareWrites([new TagDefinition("a", "ST10:0"), new TagDefinition("b", "N7:10..12"),
            new TagDefinition("c", "N7:0")]);
        await writer.WriteAsync(0, "abc", CancellationToken.None);
        await writer.WriteAsync(1, Value.Of([1, 2, 3]), CancellationToken.None);
        Assert.StartsWith("0300626100630000", (string)(await server.GetAsync("ST10:0"))!, StringComparison.Ordinal);
        var scan = new PreparedScan(driver, "ST10:0", "N7:9..13");
        await scan.ReadAsync();
        Assert.Equal(("abc", "[4, 1, 2, 3, 8]"), (scan[0].ToString(), scan[1].ToString()));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(2, 40000, CancellationToken.None).AsTask());
        Assert.Contains("-32768 to 32767", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, new string('x', 83), CancellationToken.None).AsTask());
        Assert.Throws<AddressException>(() => driver.PrepareWrites([new TagDefinition("t", "I:1")]));
    }

    [Fact]
    public async Task It_says_what_it_is_and_does_not_list_its_files()
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await ConnectAsync(server);
        var facts = await driver.DescribeAsync(CancellationToken.None);
        Assert.Contains(facts, fact => fact is { Name: "product", Text: "1747-L552/C C/12 - DC 3.46" });
        Assert.Throws<RefusedException>(() => { driver.BrowseAsync(new BrowseScope(), CancellationToken.None); });
    }

    private static Task<EtherNetIpDriver> ConnectAsync(CipServer server) =>
        server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Family = ControllerFamily.Slc });
}
