using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Slc;

namespace PlantRuntime.EtherNetIp.Tests;

public class SlcAddressTests
{
    [Theory]
    [InlineData("N7:0", null, "Integer 7 0.0 -1 0 INT")]
    [InlineData("n7:255", null, "Integer 7 255.0 -1 0 INT")]
    [InlineData("N7:0/3", null, "Integer 7 0.0 3 0 BOOL")]
    [InlineData("N7:0..9", null, "Integer 7 0.0 -1 10 INT")]
    [InlineData("N7:2", "UINT[4]", "Integer 7 2.0 -1 4 UINT")]
    [InlineData("F8:2", null, "Float 8 2.0 -1 0 REAL")]
    [InlineData("L9:5", null, "Long 9 5.0 -1 0 DINT")]
    [InlineData("L9:5/17", null, "Long 9 5.1 1 0 BOOL")]
    [InlineData("B3:1/4", null, "Bit 3 1.0 4 0 BOOL")]
    [InlineData("B3/20", null, "Bit 3 1.0 4 0 BOOL")]
    [InlineData("T4:0.ACC", null, "Timer 4 0.2 -1 0 INT")]
    [InlineData("T4:0.pre", null, "Timer 4 0.1 -1 0 INT")]
    [InlineData("T4:0/DN", null, "Timer 4 0.0 13 0 BOOL")]
    [InlineData("T4:0.DN", null, "Timer 4 0.0 13 0 BOOL")]
    [InlineData("C5:2.ACC", null, "Counter 5 2.2 -1 0 INT")]
    [InlineData("C5:2/CU", null, "Counter 5 2.0 15 0 BOOL")]
    [InlineData("R6:1.POS", null, "Control 6 1.2 -1 0 INT")]
    [InlineData("S:1", null, "Status 2 1.0 -1 0 INT")]
    [InlineData("S2:1/5", null, "Status 2 1.0 5 0 BOOL")]
    [InlineData("I:1.2/3", null, "Input 1 1.2 3 0 BOOL")]
    [InlineData("I:1/19", null, "Input 1 1.1 3 0 BOOL")]
    [InlineData("O:3", null, "Output 0 3.0 -1 0 INT")]
    [InlineData("ST10:0", "STRING", "String 10 0.0 -1 0 STRING")]
    [InlineData("ST10:0.LEN", null, "String 10 0.0 -1 0 INT")]
    public void Notations_of_RSLogix_500(string text, string? type, string expected)
    {
        var address = SlcAddressParser.Parse(new TagDefinition("t", text, type), out var problem);
        Assert.True(address is not null, problem?.Message);
        Assert.Equal(expected,
            $"{address.File} {address.Number} {address.Element}.{address.Word} {address.Bit} {address.Count} {address.Type.Name()}");
    }

    [Theory]
    [InlineData("X7:0", null, 1, "'X' is no file")]
    [InlineData("N:0", null, 2, "a file's number is missing")]
    [InlineData("N7", null, 3, "':' and the element")]
    [InlineData("N7:", null, 4, "an element is missing")]
    [InlineData("N7:0/16", null, 6, "a bit of the element")]
    [InlineData("N7:5..2", null, 7, "the last element")]
    [InlineData("T4:0", null, 5, "which part? .PRE, .ACC, or a bit as /DN")]
    [InlineData("T4:0.XX", null, 6, "'XX' is none of PRE, ACC, EN, TT, DN")]
    [InlineData("T4:0..3", null, 4, "slices are possible")]
    [InlineData("F8:0/1", null, 6, "have no bits")]
    [InlineData("N7:0", "REAL", 0, "the address is INT, not REAL")]
    [InlineData("N7:0", "FLAOT", 0, "unknown type")]
    [InlineData("N7:0/1", "INT", 0, "the address is BOOL")]
    [InlineData("N7:0 x", null, 5, "the end of the address")]
    [InlineData("Level", null, 1, "is no file")]
    public void Mistakes_are_shown_where_they_are(string text, string? type, int column, string message)
    {
        Assert.Null(SlcAddressParser.Parse(new TagDefinition("t", text, type), out var problem));
        Assert.Contains(message, problem!.Message, StringComparison.Ordinal);
        Assert.Equal(column, problem.Column);
    }
}
