using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Writing;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests;

/// <summary>Values to bytes of the CPU, and values that do not fit.</summary>
public class WriteValuesTests
{
    public static TheoryData<string, Value, string> Fitting { get; } = new()
    {
        { "M0.0", 1, "01" }, { "M0.0", 0.0, "00" }, { "MB0:SINT", -128, "80" }, { "MB0", 255.0, "FF" }, { "MW0:INT", true, "0001" },
        { "MW0:UINT", 65535UL, "FFFF" }, { "MD0:UDINT", 4294967295L, "FFFFFFFF" }, { "MB0:LINT", long.MinValue, "8000000000000000" },
        { "MB0:LWORD", ulong.MaxValue, "FFFFFFFFFFFFFFFF" }, { "MD0:REAL", 0.1, "3DCCCCCD" }, { "MD0:REAL", 16777216, "4B800000" },
        { "MD0:REAL", double.NaN, "FFC00000" }, { "MB0:LREAL", 0.1, "3FB999999999999A" }, { "MW0:S5TIME", 9990, "0999" },
        { "MW0:S5TIME", 10_000, "1100" }, { "MW0:S5TIME", 0, "0000" }, { "C0", 999, "0999" }, { "MB0:CHAR", "H", "48" },
        { "MB0:STRING[3]", "é", "0001E90000" }, { "MB0:WSTRING[2]", "П", "00000001041F0000" }, { "MW0:DATE", "1990-01-01", "0000" },
        { "MD0:TOD", "00:00:00.001", "00000001" }, { "MB0:DT", "1990-01-01T00:00:00", "9001010000000002" },
        { "MB0:DTL", "2024-02-29T00:00:00.5", "07E8021D05000000" + "1DCD6500" },
        { "MB0:CHAR[5]", "AB", "4142000000" }, { "MB0:CHAR[2]", "", "0000" },
        { "MB0:CHAR[2][2]", Value.Of([Value.Of("A"), Value.Of("BC")]), "41004243" },
        { "MB0:LTIME", 90061000000000, "000051E8F5E9C200" }, { "MB0:LTOD", "08:15:30.123456789", "00001B0A1572A115" },
        { "MB0:LDT", "2026-11-29T20:24:14.123456789Z", "18EC9DCCBF5D9915" },
        { "MB0:LDT", "2262-04-11T23:47:16.854775807Z", "7FFFFFFFFFFFFFFF" },
    };

    public static TheoryData<string, Value, string> Misfits { get; } = new()
    {
        { "M0.0", 2, "2 does not fit BOOL, which holds TRUE or FALSE" },
        { "MB0:SINT", 128, "128 does not fit SINT, which holds whole numbers from -128 to 127" },
        { "MW0:INT", 1.5, "1.5 does not fit INT, which holds whole numbers from -32768 to 32767" },
        { "MW0:INT", "1", "'1' does not fit INT" },
        { "MW0:UINT", -1, "-1 does not fit UINT" },
        { "MD0:DINT", 1e300, "1E+300 does not fit DINT" },
        { "MD0:DINT", double.NaN, "NaN does not fit DINT" }, { "MB0:LINT", ulong.MaxValue, "18446744073709551615 does not fit LINT" },
        { "MB0:ULINT", -1, "-1 does not fit ULINT" },
        { "MD0:REAL", 1e39, "1E+39 does not fit REAL" },
        { "MD0:REAL", 1e-60, "1E-60 does not fit REAL" },
        { "MD0:REAL", 16777217, "16777217 does not fit REAL, which holds numbers of about 7 digits" },
        { "MD0:REAL", true, "TRUE does not fit REAL" },
        { "MB0:LREAL", long.MaxValue, "9223372036854775807 does not fit LREAL" },
        { "MD0:DWORD", Value.Null, "no value does not fit DWORD" },
        { "MW0:S5TIME", 9995, "9995 does not fit S5TIME, which holds three digits: multiples of 100 ms" },
        { "MW0:S5TIME", 99_950, "99950 does not fit S5TIME, which holds three digits: multiples of 1000 ms" },
        { "MW0:S5TIME", 9_990_001, "9990001 does not fit S5TIME, which holds milliseconds from 0 to 9990000" },
        { "C0", 1000, "1000 does not fit COUNTER" },
        { "MB0:CHAR", "", "'' does not fit CHAR" }, { "MB0:CHAR", "П", "'П' does not fit CHAR, which holds one character of Latin-1" },
        { "MB0:CHAR[3]", "abcd", "'abcd' does not fit CHAR, which holds at most 3 characters of Latin-1" },
        { "MB0:CHAR[3]", "П", "'П' does not fit CHAR" },
        { "MB0:LTIME", 1.5, "1.5 does not fit LTIME" }, { "MB0:LTOD", "24:00:00", "'24:00:00' does not fit LTOD" },
        { "MB0:LDT", "2026-11-29T20:24:14", "'2026-11-29T20:24:14' does not fit LDT, which holds dates and times in UTC" },
        { "MB0:LDT", "2262-04-11T23:47:16.854775808Z", "'2262-04-11T23:47:16.854775808Z' does not fit LDT" },
        { "MB0:LDT", "1969-12-31T23:59:59Z", "'1969-12-31T23:59:59Z' does not fit LDT" },
        { "MB0:STRING[3]", "abcd", "'abcd' does not fit STRING, which holds at most 3 characters of Latin-1" },
        { "MB0:STRING[3]", "П", "'П' does not fit STRING" }, { "MB0:STRING[3]", 5, "5 does not fit STRING, which holds texts" },
        { "MB0:WSTRING[2]", "abc", "'abc' does not fit WSTRING, which holds at most 2" },
        { "MW0:DATE", "1989-12-31", "'1989-12-31' does not fit DATE" },
        { "MW0:DATE", "2169-01-01", "'2169-01-01' does not fit DATE" }, { "MD0:TOD", "24:00:00.000", "'24:00:00.000' does not fit TOD" },
        { "MB0:DT", "2090-01-01T00:00:00.000", "'2090-01-01T00:00:00.000' does not fit DT" },
        { "MB0:DTL", "2026-13-01T00:00:00", "'2026-13-01T00:00:00' does not fit DTL" },
        { "MB0:DTL", "1969-12-31T23:59:59.9", "'1969-12-31T23:59:59.9' does not fit DTL" },
        { "MB0:DTL", "2026-11-21T00:00:00.", "'2026-11-21T00:00:00.' does not fit DTL" },
        { "MW0:INT[2]", 1, "1 for an array of 2 values" }, { "MW0:INT[2]", Value.Of([1, 2, 3]), "3 values for an array of 2 values" },
        { "MW0:INT[2]", Value.Of([1, 70000]), "element 1: 70000 does not fit INT" },
        { "MW0:INT", Value.Of([1, 2]), "an array does not fit INT" },
    };

    [Theory]
    [MemberData(nameof(Fitting))]
    public void A_value_that_fits_becomes_its_bytes(string address, Value value, string hex)
    {
        var tag = Tag(address);
        var bytes = new byte[tag.Address.Bytes];
        tag.Encode(value, bytes);
        Assert.Equal(hex, Convert.ToHexString(bytes));
    }

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task A_value_that_does_not_fit_is_refused_and_nothing_is_sent(string address, Value value, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.WriteScript = (_, _) => Assert.Fail("a write was sent");
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", address)]);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, value, default).AsTask());
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Cpu.Arrived());
    }

    [Fact]
    public async Task Tags_that_cannot_be_written_are_named_at_once()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var tags = ((string[])["I0.0", "EW4", "PIW4", "PQW4", "MB0:STRING[4][2]", "M0.0:BOOL[12]", "M0.0:BOOL[16]", "K4", "QB0"])
            .Select(address => new TagDefinition(address, address)).ToArray();
        var wrong = Assert.Throws<AddressException>(() => rig.Driver.PrepareWrites(tags));
        Assert.Equal(["I0.0", "EW4", "PIW4", "MB0:STRING[4][2]", "M0.0:BOOL[12]", "K4"],
            wrong.Problems.Select(problem => problem.Tag.Name));
        Assert.StartsWith("inputs are not written", wrong.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_written_real_is_the_nearest_single_of_a_double()
    {
        const int Seed = 3;
        var random = new Random(Seed);
        var bytes = new byte[4];
        for (var i = 0; i < 10_000; i++)
        {
            var number = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 38));
            Tag("MD0:REAL").Encode(number, bytes);
            S7Values.TryNumber(S7Type.Real, 0, bytes, out var back);
            Assert.True(back == (float)number, string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {number:R}"));
        }
    }

    private static WriteTag Tag(string address) => new(S7AddressParser.Parse(new TagDefinition("t", address), out _)!.Value);
}
