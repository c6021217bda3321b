using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests;

/// <summary>Bytes of the CPU to values.</summary>
public class ValuesTests
{
    private const string NoValue = "BAD_TYPE the bytes are no value of the tag's type";

    [Theory]
    [InlineData("MB0:CHAR", "E9", "é")]
    [InlineData("MB0:STRING[5]", "05 03 41 62 63 00 00", "Abc")]
    [InlineData("MB0:STRING[5]", "00 00 00 00 00 00 00", "")]
    [InlineData("MB0:STRING[5]", "00 05 68 65 6C 6C 6F", "hello")]
    [InlineData("MB0:STRING[5]", "00 06 68 65 6C 6C 6F",
        "BAD_TYPE the text in the CPU has length 6 and greatest length 0, the address has room for 5: make STRING[5] longer")]
    [InlineData("MB0:STRING[5]", "FE 06 41 62 63 64 65",
        "BAD_TYPE the text in the CPU has length 6 and greatest length 254, the address has room for 5: make STRING[5] longer")]
    [InlineData("MB0:STRING[5]", "02 03 41 62 63 00 00",
        "BAD_TYPE the head of the text says length 3 and greatest length 2: is there a STRING[5] at this address?")]
    [InlineData("MB0:WSTRING[2]", "00 00 00 02 04 1F 04 40", "Пр")]
    [InlineData("MB0:WSTRING[2]", "00 02 00 02 04 1F 04 40", "Пр")]
    [InlineData("MB0:WSTRING[2]", "00 03 00 03 04 1F 04 40",
        "BAD_TYPE the text in the CPU has length 3 and greatest length 3, the address has room for 2: make WSTRING[2] longer")]
    [InlineData("MW0:DATE", "00 00", "1990-01-01")]
    [InlineData("MW0:DATE", "FF 62", "2168-12-31")]
    [InlineData("MW0:DATE", "FF 63", NoValue)]
    [InlineData("MD0:TIME", "FF FF FF 9C", "-100")]
    [InlineData("MW0:S5TIME", "01 27", "1270")]
    [InlineData("MW0:S5TIME", "39 99", "9990000")]
    [InlineData("MW0:S5TIME", "0A 00", NoValue)]
    [InlineData("MD0:TOD", "05 26 5B FF", "23:59:59.999")]
    [InlineData("MD0:TOD", "05 26 5C 00", NoValue)]
    [InlineData("MB0:DT", "89 12 31 23 59 59 99 91", "2089-12-31T23:59:59.999")]
    [InlineData("MB0:DT", "90 01 01 00 00 00 00 02", "1990-01-01T00:00:00.000")]
    [InlineData("MB0:DT", "26 13 01 00 00 00 00 02", NoValue)]
    [InlineData("MB0:DT", "26 1A 01 00 00 00 00 02", NoValue)]
    [InlineData("MB0:DTL", "07 E8 02 1D 05 00 00 00 00 00 00 01", "2024-02-29T00:00:00.000000001")]
    [InlineData("MB0:DTL", "07 E9 02 1D 05 00 00 00 00 00 00 01", NoValue)]
    [InlineData("MB0:LWORD", "FF FF FF FF FF FF FF FE", "18446744073709551614")]
    [InlineData("C0", "09 99", "999")]
    [InlineData("C0", "0A 00", NoValue)]
    [InlineData("MD0:REAL", "7F C0 00 00", "NaN")]
    [InlineData("MD0:REAL[2]", "42 F6 E9 79 BF 80 00 00", "[123.456, -1]")]
    [InlineData("MX0.0:BOOL[10]", "81 02", "[TRUE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, TRUE, FALSE, TRUE]")]
    [InlineData("MB0:STRING[3][2]", "03 01 41 00 00 EE 03 00 00 00 00", "[A, ]")]
    [InlineData("MB0:STRING[3][2]", "03 01 41 00 00 EE 03 04 00 00 00",
        "BAD_TYPE element 1: the text in the CPU has length 4 and greatest length 3, the address has room for 3: make STRING[3] longer")]
    [InlineData("MD0:TOD[2]", "00 00 00 00 05 26 5C 00", "BAD_TYPE element 1: the bytes are no value of the tag's type")]
    [InlineData("MW0:S5TIME[2]", "01 27 0A 00", "BAD_TYPE element 1: the bytes are no value of the tag's type")]
    [InlineData("MB0:CHAR[3]", "41 62 63", "Abc")]
    [InlineData("MB0:CHAR[14]", "53 4E 2D 30 30 30 34 32 2D 41 42 00 00 00", "SN-00042-AB")]
    [InlineData("MB0:CHAR[4]", "00 00 00 00", "")]
    [InlineData("MB0:CHAR[4]", "41 00 42 43", "A")]
    [InlineData("MB0:CHAR[3][2]", "41 62 00 EE 43 00 00", "[Ab, C]")]
    [InlineData("MB0:LDT", "18 EC 9D CC BF 5D 99 15", "2026-11-29T20:24:14.123456789Z")]
    [InlineData("MB0:LDT", "7F FF FF FF FF FF FF FF", "2262-04-11T23:47:16.854775807Z")]
    [InlineData("MB0:LDT", "FF FF FF FF FF FF FF FF", NoValue)]
    [InlineData("MB0:LTIME", "00 00 51 E8 F5 E9 C2 00", "90061000000000")]
    [InlineData("MB0:LTIME", "FF FF FF FF FF FF FF FF", "-1")]
    [InlineData("MB0:LTOD", "00 00 1B 0A 15 72 A1 15", "08:15:30.123456789")]
    [InlineData("MB0:LTOD", "00 00 4E 94 91 4F 00 00", NoValue)]
    public void Are_what_the_bytes_say(string address, string hex, string expected)
    {
        var into = PlanFactory.Buffer(1);
        var tag = new ReadTag(0, S7AddressParser.Parse(new TagDefinition("t", address), out _)!.Value);
        var bytes = ScriptedCpu.Hex(hex);
        Assert.Equal(tag.Bytes, bytes.Length);

        for (var i = 0; i < 2; i++) tag.Apply(into, bytes, 0);

        var sample = into.Samples[0];
        Assert.Equal(expected, sample.Quality == Quality.Good ? sample.Value.ToString() : $"{sample.Quality.ToText()} {into.Reason(0)}");
    }

    [Theory]
    [InlineData("MW0:INT[2]", "00 01 00 02", "00 01 00 03")]
    [InlineData("MX0.0:BOOL[4]", "F5", "F4")]
    [InlineData("MB0:STRING[3][2]", "03 01 41 00 00 EE 03 00 00 00 00", "03 01 41 00 00 EE 03 01 42 00 00")]
    public void An_array_is_made_anew_only_when_an_element_changes(string address, string hex, string other)
    {
        var into = PlanFactory.Buffer(1);
        var tag = new ReadTag(0, S7AddressParser.Parse(new TagDefinition("t", address), out _)!.Value);
        var bytes = ScriptedCpu.Hex(hex);
        tag.Apply(into, bytes, 0);
        var first = into.Samples[0].Value;

        // Bits behind the last BOOL, the byte between two texts and those behind a text are no elements.
        if (address.Contains("BOOL", StringComparison.Ordinal)) bytes[0] ^= 0xF0;
        if (address.Contains("STRING", StringComparison.Ordinal)) (bytes[3], bytes[5], bytes[^1]) = (7, 7, 7);
        tag.Apply(into, bytes, 0);
        Assert.True(into.Samples[0].Value.Items == first.Items);

        tag.Apply(into, ScriptedCpu.Hex(other), 0);
        Assert.NotEqual(first, into.Samples[0].Value);
        Assert.False(into.Samples[0].Value.Items == first.Items);
    }
}
