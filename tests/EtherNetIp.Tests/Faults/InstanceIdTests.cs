using PlantRuntime.Conformance.Drivers;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>Tags that are named by the numbers of their symbols.</summary>
[Trait("Needs", "Server")]
public class InstanceIdTests
{
    private static readonly string[] s_addresses =
        ["Int", "Real", "Text", "P1.Sub.A", "Levels[7]", "Grid[2,3]", "Flags[93]", "Program:Main.Step", "P1", "Nothing",
            .. Enumerable.Range(0, 60).Select(n => $"Texts[{n}].LEN")];

    [Theory]
    [InlineData("compactlogix", true)]
    [InlineData("compactlogix", false)]
    [InlineData("v16", true)]
    public async Task Values_are_the_same_and_requests_are_shorter(string controller, bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(controller));
        await using var byName = await ConnectAsync(server, instanceIds: false, isConnected);
        await using var byNumber = await ConnectAsync(server, instanceIds: true, isConnected);
        var (names, numbers) = (new PreparedScan(byName, s_addresses), new PreparedScan(byNumber, s_addresses));
        for (var i = 0; i < 3; i++)
        {
            await names.ReadAsync();
            await numbers.ReadAsync();
            Assert.Equal(s_addresses.Length - 1, numbers.Good);
            Assert.Equal(Shown(names), Shown(numbers));
        }

        // A v16 has neither the numbers nor the counters: it is asked by name.
        Assert.Equal(controller == "compactlogix", byNumber.UsesInstanceIds);
        var length = Length(numbers) - Length(names);
        Assert.True(controller == "compactlogix" ? length < 0 : length == 0, $"{length} bytes");
    }

    [Fact]
    public async Task A_download_that_moves_the_numbers_gives_no_value_of_another_tag()
    {
        await using var server = await CipServer.StartAsync("compactlogix",
            new { name = "A", type = "DINT", value = 1 }, new { name = "B", type = "DINT", value = 2 },
                new { name = "C", type = "DINT", value = 3 });
        await using var driver = await ConnectAsync(server, instanceIds: true, isConnected: true);
        var (first, second) = (new PreparedScan(driver, "A", "B", "C"), new PreparedScan(driver, "C", "A"));
        await first.ReadAsync();
        await second.ReadAsync();
        Assert.Equal(("1 2 3", "3 1"), (Shown(first), Shown(second)));
        object[][] programs =
        [
            [new { name = "B", type = "DINT", value = 20 }, new { name = "C", type = "DINT", value = 30 },
            new { name = "A", type = "DINT", value = 10 }],
            [new { name = "New", type = "DINT", value = 9 }, new { name = "A", type = "REAL", value = 0.5 },
            new { name = "C", type = "DINT", value = 300 }, new { name = "B", type = "DINT", value = 200 }],
        ];
        string[] expected = ["10 20 30", "0.5 200 300"];
        for (var i = 0; i < programs.Length; i++)
        {
            await server.AskAsync(new { download = new { tags = programs[i] } });
            await first.ReadAsync();
            Assert.Equal(expected[i], Shown(first));
            await second.ReadAsync();
            Assert.Equal(i == 0 ? "30 10" : "300 0.5", Shown(second));
            await first.ReadAsync();
            Assert.Equal(expected[i], Shown(first));
        }
    }

    [Fact]
    public async Task Structures_of_another_program_are_looked_up_anew()
    {
        object Program(string member) => new
        {
            controller = "compactlogix",
            udts = new object[] { new { name = member + "Data",
                members = new object[] { new { name = member, type = "DINT" }, new { name = "Rest", type = "LINT" } } },
                    new { name = "Other" + member, members = new object[] { new { name = member, type = "REAL" } } } },
            tags = new object[] { new { name = "S", type = member == "Old" ? "OldData" : "OtherNew" } },
        };
        await using var server = await CipServer.StartAsync(Program("Old"));
        await using var driver = await ConnectAsync(server, instanceIds: false, isConnected: true);
        var scan = new PreparedScan(driver, "S");
        await scan.ReadAsync();
        Assert.Equal("""{"Old":0,"Rest":0}""", Shown(scan));
        await server.AskAsync(new { download = Program("New") });
        await scan.ReadAsync();
        Assert.Equal("""{"New":0}""", Shown(scan));
    }

    private static Task<EtherNetIpDriver> ConnectAsync(CipServer server, bool instanceIds, bool isConnected) =>
        server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, InstanceIds = instanceIds,
            Connected = isConnected });

    private static int Length(PreparedScan scan)
    {
        var requests = ((EtherNetIpReader)scan.Reader).Plan!.Steady!;
        return requests.Frames(0, requests.Count).Length;
    }

    private static string Shown(PreparedScan scan) =>
        string.Join(' ', Enumerable.Range(0, scan.Buffer.Count).Select(i => scan.Fault(i) is "GOOD " ? scan[i].ToString() : scan.Fault(i)));
}
