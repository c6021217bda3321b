using PlantRuntime.Conformance.Peers;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>Against snap7's server, which we did not write; values are packed with its own language's means.</summary>
[Trait("Needs", "Server")]
public class Snap7Tests
{
    private static readonly (string Type, int Bytes, string[] Values)[] Types =
    [
        ("BYTE", 1, ["0", "255"]), ("USINT", 1, ["200"]), ("SINT", 1, ["-128", "127"]), ("WORD", 2, ["65535"]), ("UINT", 2, ["258"]),
        ("INT", 2, ["-32768", "-2", "32767"]), ("DWORD", 4, ["4294967295"]), ("UDINT", 4, ["305419896"]),
        ("DINT", 4, ["-2147483648", "-2"]),
        ("TIME", 4, ["-1000", "86400000"]), ("REAL", 4, ["123.456", "-1E-10", "3.4028235E+38"]), ("LREAL", 8, ["0.1", "-1E-300"]),
        ("LINT", 8, ["-9223372036854775808"]), ("ULINT", 8, ["18446744073709551615"]),
    ];

    [SkippableFact]
    public async Task A_text_without_a_greatest_length_and_one_in_characters()
    {
        await using var server = await Snap7Server.StartAsync(new("DB", 1, 0, "SIZE", "40"),
            new("DB", 1, 0, "BYTES", "000568656C6C6F"), new("DB", 1, 10, "BYTES", "534E2D30303034322D4142000000"),
            new("DB", 1, 26, "BYTES", "FE0A41424344"));
        await using var driver = await Snap7Server.ConnectAsync(server);
        var scan = new S7Scan(driver, "DB1.DBB0:STRING[5]", "DB1.DBB10:CHAR[14]", "DB1.DBB26:STRING[4]");
        await scan.ReadAsync();
        Assert.Equal(("hello", "SN-00042-AB"), (scan[0].Text, scan[1].Text));
        Assert.Equal(
            "BAD_TYPE the text in the CPU has length 10 and greatest length 254, the address has room for 4: make STRING[4] longer",
            scan.Fault(2));
    }

    [SkippableFact]
    public async Task Every_type_in_every_area()
    {
        var served = new List<ServedBytes>();
        var expected = new List<(string Address, string Value)>();
        foreach (var (area, block, prefix) in (ReadOnlySpan<(string, int, string)>)
            [("DB", 500, "DB500.DB"), ("M", 0, "M"), ("I", 0, "E"), ("Q", 0, "%Q")])
        {
            served.Add(new ServedBytes(area, block, 0, "SIZE", "1400"));
            var at = 0;
            foreach (var (type, bytes, value) in Types.SelectMany(t => t.Values.Select(v => (t.Type, t.Bytes, v))))
            {
                served.Add(new ServedBytes(area, block, at, type, value));
                expected.Add(($"{prefix}B{at}:{type}", value));
                at += bytes;
            }

            served.AddRange([new(area, block, 150, "BOOL", "1", 3), new(area, block, 160, "STRING", "Presse n\u00b0 5"),
                new(area, block, 500, "WSTRING", "Привет"),
                new(area, block, 800, "BYTES", "26112110152030" + "4567" + "2AAA"),
                new(area, block, 820, "BYTES", "07EA0B1507080F1E075BCD15")]);
            expected.AddRange([($"{prefix}X150.3", "TRUE"), ($"{prefix}X150.4", "FALSE"),
                ($"{prefix}B160:STRING", "Presse n\u00b0 5"), ($"{prefix}B500:WSTRING[300]", "Привет"),
                ($"{prefix}B800:DT", "2026-11-21T10:15:20.304"), ($"{prefix}B820:DTL", "2026-11-21T08:15:30.123456789"),
                    ($"{prefix}W809:WORD", "10922")]);
        }

        served.AddRange([new("T", 0, 0, "SIZE", "64"), new("T", 0, 0, "BYTES", "2127"),
            new("C", 0, 0, "SIZE", "64"), new("C", 0, 0, "BYTES", "0987")]);
        expected.AddRange([("T0", "127000"), ("Z0", "987")]);
        await using var server = await Snap7Server.StartAsync(served);

        foreach (var pduSize in (int[])[240, 480, 959, 960])
        {
            await using var driver = await Snap7Server.ConnectAsync(server, pduSize);
            var scan = new S7Scan(driver, [.. expected.Select(tag => tag.Address)]);
            for (var i = 0; i < 2; i++)
            {
                await scan.ReadAsync();
                Assert.Equal(expected, expected.Select((tag, n) => (tag.Address, Shown(scan, n))));
            }
        }
    }

    [SkippableFact]
    public async Task One_bad_tag_in_a_hundred_is_named_in_the_first_scan_and_the_rest_is_good()
    {
        await using var server = await Snap7Server.StartAsync([new("DB", 1, 0, "SIZE", "200"), new("DB", 1, 20, "INT", "7")]);
        await using var driver = await Snap7Server.ConnectAsync(server);
        var scan = new S7Scan(driver, [.. Enumerable.Range(0, 100).Select(n => $"DB1.DBW{2 * n}"), "DB1.DBW200", "DB2.DBW0"]);

        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((100, 7), (scan.Good, scan[10].Int));
            Assert.StartsWith("BAD_ADDRESS address out of range (05)", scan.Fault(100), StringComparison.Ordinal);
            Assert.StartsWith("BAD_ADDRESS object does not exist (0A)", scan.Fault(101), StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Values_that_change_while_read_are_whole()
    {
        await using var server = await Snap7Server.StartAsync([new("DB", 3, 0, "SIZE", "400"), new("DB", 3, 0, "COUNT", "")]);
        await using var driver = await Snap7Server.ConnectAsync(server);
        var scan = new S7Scan(driver, [.. Enumerable.Range(0, 200).Select(n => $"DB3.DBW{2 * n}")]);
        Assert.Single(scan.Plan.Steady.Jobs);

        var seen = new HashSet<long>();
        for (var i = 0; i < 200_000 && seen.Count < 20; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(200, scan.Good);
            seen.Add(Assert.Single(scan.Buffer.Samples.ToArray().Select(sample => sample.Value.Int).Distinct()));
        }

        Assert.True(seen.Count == 20, $"only {seen.Count} values seen");
    }

    [SkippableFact]
    public async Task Five_hundred_scattered_tags()
    {
        await using var server = await Snap7Server.StartAsync([new("DB", 9, 0, "SIZE", "32000"), new("DB", 9, 31936, "INT", "-5")]);
        await using var driver = await Snap7Server.ConnectAsync(server);
        var scan = new S7Scan(driver, [.. Enumerable.Range(0, 500).Select(n => $"DB9.DBW{64 * n}:INT")]);

        await scan.ReadAsync();

        Assert.Equal((500, -5), (scan.Good, scan[499].Int));
        // Twenty items each would be 25: the spare bytes of the answers are used to read some tags with the gap between them.
        Assert.Equal(16, scan.Plan.Steady.Jobs.Length);
    }

    private static string Shown(S7Scan scan, int index) => scan.Fault(index) is "GOOD " ? scan[index].ToString() : scan.Fault(index);
}
