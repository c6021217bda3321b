using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>Writes to snap7's server, read back by snap7's own client and by the driver.</summary>
[Trait("Needs", "Server")]
public class Snap7WriteTests
{
    private static readonly (string Place, Value Value, string Hex)[] Written =
    [
        ("DB1.DBX0.3", true, "08"), ("DB1.DBB1:USINT", 200, "C8"), ("DB1.DBB2:SINT", -2, "FE"), ("DB1.DBB3:CHAR", "é", "E9"),
        ("DB1.DBW4:INT", -2, "FFFE"), ("DB1.DBW6", 65535, "FFFF"), ("DB1.DBD8:REAL", 123.456, "42F6E979"),
        ("DB1.DBD12:DINT", int.MinValue, "80000000"), ("DB1.DBD16:LREAL", 0.1, "3FB999999999999A"),
        ("DB1.DBB24:ULINT", Value.Of(ulong.MaxValue), "FFFFFFFFFFFFFFFF"), ("DB1.DBD32:TIME", -100, "FFFFFF9C"),
        ("DB1.DBW36:S5TIME", 1270, "0127"), ("DB1.DBW38:DATE", "2168-12-31", "FF62"), ("DB1.DBD40:TOD", "23:59:59.999", "05265BFF"),
        ("DB1.DBB44:DT", "2026-11-21T10:15:20.304", "2611211015203047"),
        ("DB1.DBB52:DTL", "2026-11-21T08:15:30.123456789", "07EA0B1507080F1E075BCD15"),
        ("DB1.DBB64:STRING[8]", "Presse", "0806507265737365"), ("DB1.DBB80:WSTRING[2]", "Пр", "00020002041F0440"),
        ("DB1.DBW90:INT[3]", Value.Of([1, -1, 300]), "0001FFFF012C"), ("DB1.DBX96.0:BOOL[16]", Bits(0x8001), "0180"),
        ("DB1.DBB100:LDT", "2026-11-29T20:24:14.123456789Z", "18EC9DCCBF5D9915"), ("DB1.DBB108:LTIME", 90061000000000, "000051E8F5E9C200"),
        ("DB1.DBB116:LTOD", "08:15:30.123456789", "00001B0A1572A115"),
        ("DB1.DBB124:CHAR[14]", "SN-00042-AB", "534E2D30303034322D4142000000"),
        ("P#DB1.DBX138.0 INT 1", -2, "FFFE"), ("M3.7", true, "80"), ("QB2", 5, "05"), ("T0", 9_990_000, "3999"), ("C0", 214, "0214"),
    ];

    [SkippableFact]
    public async Task Every_type_reads_back_as_written()
    {
        await using var server = await Snap7Server.StartAsync(new("DB", 1, 0, "SIZE", "140"), new("M", 0, 0, "SIZE", "16"),
            new("Q", 0, 0, "SIZE", "16"), new("T", 0, 0, "SIZE", "16"), new("C", 0, 0, "SIZE", "16"));
        using var client = new Snap7Client(server);
        await using var driver = await Snap7Server.ConnectAsync(server);
        var addresses = Written.Select(tag => tag.Place).ToArray();
        var writer = driver.PrepareWrites([.. addresses.Select(address => new TagDefinition(address, address))]);

        for (var i = 0; i < Written.Length; i++) await writer.WriteAsync(i, Written[i].Value, CancellationToken.None);

        var scan = new S7Scan(driver, addresses);
        await scan.ReadAsync();
        for (var i = 0; i < Written.Length; i++)
        {
            var (place, value, hex) = Written[i];
            var at = S7AddressParser.Parse(new TagDefinition(place, place), out _)!.Value;
            Assert.Equal((place, hex), (place, await client.ReadAsync(AreaOf(at), at.Block, at.Offset, hex.Length / 2)));
            Assert.Equal((place, value.ToString()), (place, scan[i].ToString()));
        }
    }

    [SkippableFact]
    public async Task A_bit_leaves_its_neighbours_and_a_text_its_greatest_length_alone()
    {
        await using var server = await Snap7Server.StartAsync(
            new("DB", 1, 0, "SIZE", "40"), new("DB", 1, 0, "BYTES", "A5FF" + "05036162630000EE"));
        using var client = new Snap7Client(server);
        await using var driver = await Snap7Server.ConnectAsync(server);
        var writer = driver.PrepareWrites(Tags("DB1.DBX0.0", "DB1.DBX0.1", "DB1.DBB2:STRING[20]"));

        await writer.WriteAsync(0, false, CancellationToken.None);
        await writer.WriteAsync(1, true, CancellationToken.None);
        await writer.WriteAsync(2, "12345", CancellationToken.None);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(2, "123456", default).AsTask());

        Assert.Equal("A6FF" + "05053132333435EE", await client.ReadAsync("DB", 1, 0, 10));
        Assert.Equal("a text of 6 characters, but the CPU has room for 5; nothing was written", refused.Message);
        await writer.WriteAsync(2, "", CancellationToken.None);
        Assert.Equal("05003132333435EE", await client.ReadAsync("DB", 1, 2, 8));
    }

    [SkippableFact]
    public async Task What_the_cpu_refuses_is_named_and_the_connection_stays()
    {
        await using var server = await Snap7Server.StartAsync(new ServedBytes("DB", 1, 0, "SIZE", "10"));
        await using var driver = await Snap7Server.ConnectAsync(server);
        var writer = driver.PrepareWrites(Tags("DB1.DBW10", "DB2.DBW0", "DB2.DBB0:STRING[8]", "DB1.DBW0"));
        foreach (var (tag, value, expected) in (ReadOnlySpan<(int, Value, string)>)
            [(0, 1, "address out of range (05)"), (1, 1, "object does not exist (0A)"), (2, "x", "object does not exist (0A)")])
        {
            var refused = Assert.Throws<RefusedException>(() => writer.WriteAsync(tag, value, default).AsTask().GetAwaiter().GetResult());
            Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
            Assert.EndsWith("; nothing was written", refused.Message, StringComparison.Ordinal);
        }

        await writer.WriteAsync(3, 7, CancellationToken.None);
    }

    [SkippableFact]
    public async Task What_one_write_cannot_carry_is_refused()
    {
        await using var server = await Snap7Server.StartAsync(
            new("DB", 1, 0, "SIZE", "600"), new("DB", 1, 0, "STRING", "old"), new("DB", 1, 300, "INT", "9"));
        using var client = new Snap7Client(server);
        await using var driver = await Snap7Server.ConnectAsync(server, pduSize: 240);
        var writer = driver.PrepareWrites(Tags("DB1.DBB0:STRING", "DB1.DBW300:INT[106]", "DB1.DBW300:INT[107]"));

        await writer.WriteAsync(0, new string('x', 211), CancellationToken.None);
        await writer.WriteAsync(1, Ints(106), CancellationToken.None);
        var text = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, new string('y', 212), default).AsTask());
        var array = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(2, Ints(107), default).AsTask());

        Assert.Equal("213 bytes, but one write to this CPU carries 212 (its PDUs have 240); nothing was written", text.Message);
        Assert.Equal("214 bytes, but one write to this CPU carries 212 (its PDUs have 240); nothing was written", array.Message);
        Assert.Equal("FED3787878", await client.ReadAsync("DB", 1, 0, 5));
        Assert.Equal("0000000100020069" + "0000", await client.ReadAsync("DB", 1, 300, 6) + await client.ReadAsync("DB", 1, 510, 4));
    }

    private static TagDefinition[] Tags(params string[] addresses) => [.. addresses.Select(address => new TagDefinition(address, address))];

    private static Value Ints(int count) => Value.Of([.. Enumerable.Range(0, count).Select(n => Value.Of((long)n))]);

    private static Value Bits(int bits) => Value.Of([.. Enumerable.Range(0, 16).Select(n => Value.Of((bits >> n & 1) != 0))]);

    private static string AreaOf(S7Address address) => address.Area == S7Area.DataBlock ? "DB" : $"{address.Area}"[..1].Replace('O', 'Q');
}
