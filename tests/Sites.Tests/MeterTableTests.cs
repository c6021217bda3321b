using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Sites.Tests;

/// <summary>
/// The shipped tag tables of meters, read from a server of pymodbus whose registers are packed as the meters' documents say: register,
/// type, order of the words and weight.
/// </summary>
[Trait("Needs", "Server")]
public class MeterTableTests
{
    private const string Python = "/usr/bin/python3";

    [SkippableTheory]
    [InlineData("sdm630", "input", 0, 400, "0 FLOAT32 230.1|70 FLOAT32 50|362 FLOAT32 1.5",
        "voltage_l1 230.1 V|frequency 50 Hz|energy_total_l3 1.5 kWh")]
    [InlineData("pm5110", "holding", 2999, 300, "3059 FLOAT32 12.5|3203 INT64 1234567|3109 FLOAT32 49.98",
        "active_power_total 12.5 kW|active_energy_delivered 1234.567 kWh|frequency 49.98 Hz")]
    [InlineData("em340", "input", 0, 100, "0 INT32 2301 CDAB|18 INT32 -15001 CDAB|49 INT16 -987|51 INT16 499|52 INT32 123456 CDAB",
        "voltage_l1 230.1 V|power_l1 -1500.1 W|power_factor -0.987|frequency 49.9 Hz|energy_import 12345.6 kWh")]
    [InlineData("et112", "input", 0, 60, "2 INT32 70001 CDAB|14 INT16 987|15 INT16 501|32 INT32 99 CDAB",
        "current 70.001 A|power_factor 0.987|frequency 50.1 Hz|energy_export 9.9 kWh")]
    [InlineData("sunspec103", "holding", 40000, 130,
        "40000 UINT32 1400204883|40069 UINT16 103|40070 UINT16 50|40083 INT16 -2301|40084 INT16 -1|40093 UINT32 70000",
        "SunS 1400204883|ID 103|W -2301|W_SF -1|WH 70000")]
    [InlineData("sunspec103_66", "holding", 40000, 130,
        "40000 UINT32 1400204883|40070 UINT16 103|40071 UINT16 50|40084 INT16 -2301", "ID 103|L 50|W -2301")]
    public async Task Registers_of_the_document_are_the_values_of_the_table(
        string table, string area, int first, int count, string registers, string expected)
    {
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/pymodbus"), "python3-pymodbus is not installed");
        List<object> values = [new { unit = 1, area, at = first, type = "BYTES", order = "ABCD", value = new string('0', count * 4) }];
        foreach (var register in registers.Split('|'))
        {
            var parts = register.Split(' ');
            var order = parts.Length > 3 ? parts[3] : "ABCD";
            values.Add(new { unit = 1, area, at = int.Parse(parts[0], null), type = parts[1], order, value = parts[2] });
        }

        await using var meter = await PeerProcess.StartAsync(Python, "pymodbus_server.py", JsonSerializer.Serialize(values));
        using var site = new SiteFolder($"""
            [site]
            name = "meter"
            [devices.meter]
            driver = "modbus"
            host   = "127.0.0.1"
            port   = {meter.Port}
            tags   = "devices/{table}.csv"
            """);
        var (exit, output) = await PlantProcess.RunAsync("read", site.Path, "meter");
        Assert.True(exit == 0, output);
        foreach (var line in expected.Split('|'))
            Assert.Matches($@"(?m)^{string.Join(@"\s+", line.Split(' ').Select(Regex.Escape))}\s+GOOD", output);
    }
}
