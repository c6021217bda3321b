using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>Reading from a controller with its own codec.</summary>
[Trait("Needs", "Server")]
public class ReadingTests
{
    private static readonly (string Address, string Expected)[] s_values =
    [
        ("Bool", "TRUE"), ("Sint", "-128"), ("Int", "-32768"), ("Dint", "-2147483648"), ("Lint", "-9223372036854775808"), ("Usint", "255"),
        ("Uint", "65535"), ("Udint", "4294967295"), ("Ulint", "18446744073709551615"), ("Real", "123.456"), ("Lreal", "0.1"),
            ("Text", "lagoon"),
        ("Short", "north"), ("Levels[999]", "2997"), ("Levels[0..3]", "[0, 3, 6, 9]"), ("levels[998..999]", "[2994, 2997]"),
            ("Grid[2,3]", "11"),
        ("Grid[1,1..3]", "[5, 6, 7]"), ("Flags[0]", "TRUE"), ("Flags[40]", "FALSE"), ("Flags[93]", "TRUE"),
            ("Flags[92..95]", "[FALSE, TRUE, FALSE, FALSE]"),
        ("Flags[30..35]", "[TRUE, FALSE, FALSE, TRUE, FALSE, FALSE]"), ("Texts[59]", "text 59"), ("Texts[1..2]", "[text 1, text 2]"),
        ("P1.Running", "TRUE"), ("P1.Speed", "49.5"), ("P1.Label", "pump 1"), ("P1.Sub.A", "7"), ("P1.Sub.B", "TRUE"),
            ("P1.Subs[1].C", "TRUE"),
        ("P1.Bits[40]", "TRUE"), ("P1.Bits[41]", "FALSE"), ("P1.Small", "-3"), ("P1.Short", "s"), ("Dint.31", "TRUE"), ("Dint.0", "FALSE"),
            ("Usint.7", "TRUE"),
        ("Program:Main.Step", "42"), ("Program:Main.Sub", """{"A":5,"B":false,"C":false}"""), ("P1.Sub", """{"A":7,"B":true,"C":false}"""),
        ("P1.Subs[0..1]", """[{"A":1,"B":false,"C":false}, {"A":2,"B":false,"C":true}]"""), ("ReadOnly", "1"),
    ];

    [Theory]
    [InlineData("compactlogix", true, 4002)]
    [InlineData("compactlogix", true, 504)]
    [InlineData("compactlogix", true, 200)]
    [InlineData("compactlogix", false, 4002)]
    [InlineData("v16", true, 4002)]
    [InlineData("v16", false, 4002)]
    public async Task Every_type_and_shape(string controller, bool isConnected, int size)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(controller));
        await using var driver = await server.ConnectAsync(
            new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Connected = isConnected, ConnectionSize = size });
        var scan = new PreparedScan(driver, [.. s_values.Select(value => value.Address)]);
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(s_values, s_values.Select((value, n) => (value.Address, Shown(scan, n))));
        }

        var stats = await server.StatsAsync();
        Assert.Equal(0, (int)stats["tooLong"]!);
    }

    private static string Shown(PreparedScan scan, int index) => scan.Fault(index) is "GOOD " ? scan[index].ToString() : scan.Fault(index);
}
