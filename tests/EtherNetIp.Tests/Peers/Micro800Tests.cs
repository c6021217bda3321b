using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>A Micro800: no packets, no route, no instance ids, texts with a length byte.</summary>
[Trait("Needs", "Server")]
public class Micro800Tests
{
    public static readonly object Program = new
    {
        controller = "micro800",
        tags = new object[]
        {
            new { name = "Running", type = "BOOL", value = true }, new { name = "Level", type = "REAL", value = 2.5 },
                new { name = "Count", type = "DINT", value = -7 },
            new { name = "Words", type = "DWORD", value = 4294967295 }, new { name = "Title", type = "STRING", value = "pump" },
                new { name = "Empty", type = "STRING", value = "" },
            new { name = "Levels", type = "REAL", dims = new[] { 200 }, value = Enumerable.Range(0, 200).Select(n => n * 0.5) },
        },
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reads_writes_and_lists(bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Program);
        await using var driver = await server.ConnectAsync(
            new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Family = ControllerFamily.Micro800, Connected = isConnected });
        var scan = new PreparedScan(driver, "Running", "Level", "Count", "Words", "Title", "Empty", "Levels[199]", "Levels[0..199]",
            "Nothing", "Count.0");
        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(9, scan.Good);
            Assert.Equal("TRUE 2.5 -7 4294967295 pump  99.5", string.Join(' ', Enumerable.Range(0, 7).Select(n => scan[n].ToString())));
            Assert.Equal(199 * 0.5, scan[7].Items[199].Number);
            Assert.StartsWith("BAD_ADDRESS no such tag", scan.Fault(8), StringComparison.Ordinal);
        }

        var writer = driver.PrepareWrites([new TagDefinition("a", "Title"), new TagDefinition("b", "Level"),
            new TagDefinition("c", "Count.1")]);
        await writer.WriteAsync(0, "filter", CancellationToken.None);
        await writer.WriteAsync(1, 0.25, CancellationToken.None);
        await writer.WriteAsync(2, true, CancellationToken.None);
        Assert.Equal(("filter", 0.25, -5), ((string)(await server.GetAsync("Title"))!, (double)await server.GetAsync("Level"),
            (int)await server.GetAsync("Count")));
        Assert.Contains(await driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync(), entry =>
            entry is { Address: "Levels[0..199]", Kind: "REAL[200]" });
        Assert.Equal(0, (int?)(await server.StatsAsync())["services"]!["10"] ?? 0);
    }
}
