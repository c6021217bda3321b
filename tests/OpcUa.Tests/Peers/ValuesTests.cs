using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests.Peers;

/// <summary>One node-opcua server without security, for all tests of a class.</summary>
public sealed class PlainServer : IAsyncLifetime
{
    public NodeOpcUaServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
        => Server = await NodeOpcUaServer.StartAsync("""{"nodes":300,"limits":{"maxNodesPerRead":150,"maxNodesPerBrowse":20}}""");

    public async Task DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>Tests that change values of one server, one after the other.</summary>
[CollectionDefinition(nameof(ChangedServer))]
public sealed class ChangedServer : ICollectionFixture<PlainServer>;

/// <summary>Values of all types, read from node-opcua by polling.</summary>
[Trait("Needs", "Server")]
public sealed class ValuesTests(PlainServer peer) : IClassFixture<PlainServer>
{
    private const string Line = "nsu=http://plant.example/line;s=";

    private OpcUaOptions Options => new() { Host = "127.0.0.1", Port = peer.Server.Port, Security = "None", Mode = ReadingMode.Poll };

    [SkippableTheory]
    [InlineData("Boolean", "TRUE", ValueKind.Bool)]
    [InlineData("SByte", "-5", ValueKind.Int)]
    [InlineData("Byte", "250", ValueKind.Int)]
    [InlineData("Int16", "-12345", ValueKind.Int)]
    [InlineData("UInt16", "54321", ValueKind.Int)]
    [InlineData("Int32", "-123456789", ValueKind.Int)]
    [InlineData("UInt32", "3456789012", ValueKind.Int)]
    [InlineData("Int64", "-2", ValueKind.Int)]
    [InlineData("UInt64", "18446744073709551615", ValueKind.UInt)]
    [InlineData("Float", "0.1", ValueKind.Float32)]
    [InlineData("Double", "1E-300", ValueKind.Float64)]
    [InlineData("String", "Größe °C \U0001F3ED", ValueKind.Text)]
    [InlineData("DateTime", "2026-11-30T01:02:03.456Z", ValueKind.Text)]
    [InlineData("Guid", "09087e75-8e5e-499b-954f-f2a9603db28a", ValueKind.Text)]
    [InlineData("ByteString", "AQL/", ValueKind.Text)]
    [InlineData("LocalizedText", "Presión", ValueKind.Text)]
    [InlineData("QualifiedName", "1:Q", ValueKind.Text)]
    [InlineData("NodeId", "ns=1;s=Double", ValueKind.Text)]
    [InlineData("Int16s", "[1, -2, 3]", ValueKind.Array)]
    [InlineData("Strings", "[a, b]", ValueKind.Array)]
    [InlineData("Booleans", "[TRUE, FALSE, TRUE]", ValueKind.Array)]
    [InlineData("Matrix", "[[1, 2, 3], [4, 5, 6]]", ValueKind.Array)]
    [InlineData("\"Data\".\"Level\"", "12.5", ValueKind.Float64)]
    [InlineData("Int16s : [1]", "-2", ValueKind.Int)]
    [InlineData("Int16s : [1:2]", "[-2, 3]", ValueKind.Array)]
    [InlineData("State", "Fault", ValueKind.Text)]
    [InlineData("Motor : Speed", "1450.5", ValueKind.Float64)]
    [InlineData("Motor : State", "Running", ValueKind.Text)]
    [InlineData("Motor : Limits.High", "9", ValueKind.Float64)]
    [InlineData("Motor : History[0]", "3", ValueKind.Int)]
    [InlineData("Motor", """{"Name":"M1","Speed":1450.5,"State":"Running","Limits":{"Low":1,"High":9},"History":[3,2,1]}""",
        ValueKind.Text)]
    public async Task A_value_keeps_its_kind_and_content(string name, string text, ValueKind kind)
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IDriver>(Options);
        var scan = new PreparedScan(driver, Line + name);
        await scan.ReadAsync();
        Assert.Equal($"{kind} {text} GOOD ", $"{scan[0].Kind} {scan[0]} {scan.Fault(0)}");
    }

    [SkippableTheory]
    [InlineData("/Objects/Line/Double")]
    [InlineData("/Objects/3:Line/3:Double")]
    [InlineData("/0:Objects/Line/3:Double")]
    public async Task A_browse_path_leads_to_its_node(string path)
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IDriver>(Options);
        var scan = new PreparedScan(driver, path);
        await scan.ReadAsync();
        Assert.Equal("1E-300 GOOD ", $"{scan[0]} {scan.Fault(0)}");
    }

    [SkippableFact]
    public async Task Statuses_become_qualities_by_name_and_affect_only_their_tag()
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IDriver>(Options);
        var scan = new PreparedScan(driver, Line + "Uncertain", Line + "Failed", Line + "Local", Line + "Nowhere", "ns=77;s=x",
            "nsu=http://other;s=x", "/Objects/Line/Duble", Line + "Motor : Sped", Line + "Int16s : [9]", Line + "Double");
        await scan.ReadAsync();
        Assert.Equal(
            [
                "STALE UncertainLastUsableValue", "BAD_DEVICE BadSensorFailure", "GOOD ", "BAD_ADDRESS BadNodeIdUnknown",
                    "BAD_ADDRESS BadNodeIdUnknown",
                "BAD_ADDRESS the server has no namespace 'http://other'",
                "BAD_ADDRESS the path ends before 'Duble' (did you mean 'Double'?): ns=3;s=Line has no such child",
                "BAD_ADDRESS the value has no field Sped; it has: Name, Speed, State, Limits, History", "BAD_ADDRESS BadIndexRangeNoData",
                    "GOOD ",
            ],
            Enumerable.Range(0, 10).Select(scan.Fault));
        Assert.Equal(3, scan[0].Number);
        Assert.Contains(site.Log.Infos, line => line.Contains("t2: GoodLocalOverride", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Hundreds_of_nodes_are_read_within_the_servers_limits()
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<OpcUaDriver>(Options);
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 300).Select(n => $"nsu=http://plant.example/line;i={1000 + n}")]);
        await scan.ReadAsync();
        var before = driver.Session.Connection.Requests;
        await scan.ReadAsync();
        Assert.Equal(2, driver.Session.Connection.Requests - before);
        Assert.Equal(300, scan.Good);
        Assert.Equal(299, scan[299].Number);
    }

    [SkippableFact]
    public async Task The_server_says_what_it_is()
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IDescribed>(Options);
        var facts = await driver.DescribeAsync(CancellationToken.None);
        Assert.Contains(new DeviceProperty("state", "RUNNING"), facts);
        Assert.Contains(new DeviceProperty("product", "node-opcua peer"), facts);
        Assert.Contains(new DeviceProperty("security", "None"), facts);
    }

    [SkippableFact]
    public async Task Browsing_lists_variables_with_type_unit_and_range()
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IBrowsable>(Options);
        var entries = await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync();
        var pressure = Assert.Single(entries, e => e.Name == "Line_Pressure");
        Assert.Equal(("nsu=http://plant.example/line;s=Pressure", "Double", "Pressure of the pump", "bar", 0.0, 10.0),
            (pressure.Address, pressure.Kind, pressure.Description, pressure.Unit, pressure.Low, pressure.High));
        Assert.Equal("Double[]", Assert.Single(entries, e => e.Name == "Line_Matrix").Kind);
        Assert.Equal("Enumeration", Assert.Single(entries, e => e.Name == "Line_State").Kind);
        Assert.Equal("Structure", Assert.Single(entries, e => e.Name == "Line_Motor").Kind);
        Assert.Equal(300, entries.Count(e => e.Name!.StartsWith("Many_", StringComparison.Ordinal)));
    }
}
