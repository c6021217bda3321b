using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>The tag list, and what a controller says of itself.</summary>
[Trait("Needs", "Server")]
public class InfoTests
{
    [Theory]
    [InlineData("compactlogix", true)]
    [InlineData("compactlogix", false)]
    [InlineData("v16", true)]
    public async Task The_tag_list_has_what_a_tag_table_can_name(string controller, bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(controller));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            Connected = isConnected });
        var entries = await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync();
        var byAddress = entries.ToDictionary(entry => entry.Address, entry => $"{entry.Kind} {entry.Bytes} {entry.Description}".TrimEnd());

        Assert.Equal("BOOL 1", byAddress["Bool"]);
        Assert.Equal("DINT[1000] 4000", byAddress["Levels[0..999]"]);
        Assert.Equal("INT[4] 8", byAddress["Grid[2,0..3]"]);
        Assert.Equal("BOOL[96] 12", byAddress["Flags[0..95]"]);
        Assert.Equal("STRING 88", byAddress["Text"]);
        Assert.Equal("STRING 24 TEXT20", byAddress["Short"]);
        Assert.Equal("STRING[60] 5280", byAddress["Texts[0..59]"]);
        Assert.Equal("BOOL 1", byAddress["P1.Sub.B"]);
        Assert.Equal("BOOL[64] 8", byAddress["P1.Bits[0..63]"]);
        Assert.Equal("UDT[3] 24 Inner", byAddress["P1.Subs[0..2]"]);
        Assert.Equal("INT 2", byAddress["Program:Main.Step"]);
        Assert.Equal("DINT 4", byAddress["Program:Main.Sub.A"]);
        Assert.Equal("DINT 4 read only", byAddress["ReadOnly"]);
        Assert.DoesNotContain(entries, entry => entry.Address.Contains("__", StringComparison.Ordinal)
            || entry.Address.Contains("ZZZ", StringComparison.Ordinal)
            || entry.Address is "Secret" or "Program:Main");

        // Everything in the list can be read as it stands there.
        TagDefinition[] tags = [.. entries.Select((entry, i) => new TagDefinition($"t{i}", entry.Address, entry.Kind))];
        var scan = new Conformance.Drivers.PreparedScan(driver, tags);
        await scan.ReadAsync();
        Assert.Equal(Enumerable.Repeat("GOOD ", tags.Length), Enumerable.Range(0, tags.Length).Select(scan.Fault));
    }

    [Fact]
    public async Task Five_thousand_tags_and_two_hundred_templates_come_in_the_fewest_requests()
    {
        var udts = Enumerable.Range(0, 200).Select(n => new { name = $"Udt{n:000}", members = Enumerable.Range(0, 10)
            .Select(m => new { name = $"Member{m}", type = "DINT" }) });
        var tags = Enumerable.Range(0, 5000).Select(n => new { name = $"Line_{n:0000}_Value", type = n % 25 == 0 ? $"Udt{n / 25:000}"
            : "REAL" });
        await using var server = await CipServer.StartAsync(new { controller = "compactlogix", udts, tags });
        await using var driver = await server.ConnectAsync();
        await server.ResetStatsAsync();
        var entries = await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync();
        Assert.Equal(5000 + (200 * 10), entries.Count);

        // An entry of the list has 4 + 2 + 15 + 2 + 12 + 1 bytes, so 111 fit into a reply of 4,000; 34 bytes of attributes a template, and
        // a definition of 8 bytes and a name of 8 for each of 10 members, 18 for its own, padded.
        var list = Math.Ceiling(5000.0 / Math.Floor(3996.0 / 36));
        var attributes = Math.Ceiling(200 * 36 / 3994.0);
        const int Definition = (10 * 8) + (10 * 8) + 17;
        var definitions = Math.Ceiling(200 / Math.Floor(3994.0 / (4 + Definition + 3 + 2)));
        var frames = (int)(await server.StatsAsync())["frames"]!;
        Assert.InRange(frames, list + attributes, list + attributes + definitions);
    }

    [Theory]
    [InlineData("compactlogix", "1769-L33ER/A LOGIX5333ER", "revision=32.011, serial_number=60A1B2C3, state=RUN, key_switch=REM", 4002)]
    [InlineData("v16", "1756-L61/B LOGIX5561", "revision=16.004, serial_number=00163E51, state=RUN, key_switch=RUN", 504)]
    public async Task A_controller_says_what_it_is(string controller, string product, string expected, int size)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(controller));
        await using var driver = await server.ConnectAsync();
        var facts = await driver.DescribeAsync(CancellationToken.None);
        Assert.Equal($"vendor=Rockwell Automation, product={product}, {expected}, connection={size} bytes",
            string.Join(", ", facts.Select(fact => $"{fact.Name}={fact.Text}")));
        Assert.DoesNotContain(facts, fact => fact.IsWrong);
    }

    [Theory]
    [InlineData(0x2070, "state=PROGRAM!, key_switch=PROG")]
    [InlineData(0x3460, "state=RUN, key_switch=REM, fault=major, recoverable!")]
    [InlineData(0x1A50, "state=FAULTED!, key_switch=RUN, fault=major, unrecoverable!")]
    public async Task A_state_that_somebody_should_look_at_is_marked(int status, string expected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { status }));
        await using var driver = await server.ConnectAsync();
        var facts = await driver.DescribeAsync(CancellationToken.None);
        Assert.Equal(expected, string.Join(", ", facts.Skip(4).SkipLast(1)
            .Select(fact => $"{fact.Name}={fact.Text}{(fact.IsWrong ? "!" : "")}")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_an_Identity_object_the_module_in_front_is_named(bool isConnected)
    {
        var faults = new { refuse = new[] { new { classId = 1, status = 8 } } };
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: faults));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            Connected = isConnected });
        Assert.Contains(await driver.DescribeAsync(CancellationToken.None), fact =>
            fact is { Name: "product", Text: "1769-L33ER/A LOGIX5333ER" });
        await server.SetFaultsAsync(new { faults.refuse, listIdentity = 1 });
        Assert.Equal("connection", Assert.Single(await driver.DescribeAsync(CancellationToken.None)).Name);
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task Doctor_goes_step_by_step_and_has_a_remedy_for_each_refusal()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { status = 0x2070 }));
        var steps = await StepsAsync(server, new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port });
        Assert.Equal(["session", "connection", "controller"], steps.Select(step => step.Name));
        Assert.Equal((true, "with Rockwell Automation 1769-L33ER/A LOGIX5333ER 32.011"), (steps[0].IsGood, steps[0].Found));
        Assert.Equal((true, "4002 bytes, slot = 0"), (steps[1].IsGood, steps[1].Found));
        Assert.Contains("serial_number 60A1B2C3, state PROGRAM, key_switch PROG", steps[2].Found, StringComparison.Ordinal);
        Assert.Contains("turn the key switch to RUN", Assert.Single(steps[2].Remedies), StringComparison.Ordinal);

        steps = await StepsAsync(server, new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Slot = 5 });
        Assert.Equal([true, false], steps.Select(step => step.IsGood));
        Assert.Contains("no controller is at slot = 5", steps[1].Remedies[0], StringComparison.Ordinal);

        await server.SetFaultsAsync(new { register = 2 });
        steps = await StepsAsync(server, new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port });
        Assert.Equal("session", Assert.Single(steps).Name);
        Assert.Contains("out of memory for another session", steps[0].Found, StringComparison.Ordinal);
        Assert.NotEmpty(steps[0].Remedies);
    }

    private static async Task<List<DiagnosisStep>> StepsAsync(CipServer server, EtherNetIpOptions options)
    {
        await using var driver = server.Open(options);
        var steps = new List<DiagnosisStep>();
        await foreach (var step in driver.DiagnoseAsync(CancellationToken.None)) steps.Add(step);
        return steps;
    }
}
