using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.EtherNetIp.Tests;

public class AddressTests
{
    [Theory]
    [InlineData("Level", "Level", "", -1, 0)]
    [InlineData("  Level ", "Level", "", -1, 0)]
    [InlineData("Levels[3]", "Levels[3]", "", -1, 0)]
    [InlineData("Levels[ 3 ]", "Levels[3]", "", -1, 0)]
    [InlineData("Levels[0..9]", "Levels[0..9]", "", -1, 10)]
    [InlineData("Grid[1,2,3]", "Grid[1,2,3]", "", -1, 0)]
    [InlineData("Grid[1,0..3]", "Grid[1,0..3]", "", -1, 4)]
    [InlineData("Status.5", "Status.5", "", 5, 0)]
    [InlineData("Words[2].31", "Words[2].31", "", 31, 0)]
    [InlineData("Pumps[2].Motor.Speed", "Pumps[2].Motor.Speed", "", -1, 0)]
    [InlineData("Program:Main.Step", "Program:Main.Step", "Program:Main", -1, 0)]
    [InlineData("program:Main.Pumps[1].Bits[3..7]", "program:Main.Pumps[1].Bits[3..7]", "program:Main", -1, 5)]
    [InlineData("Local:1:I.Data.3", "Local:1:I.Data.3", "", 3, 0)]
    [InlineData("_a1.b_2", "_a1.b_2", "", -1, 0)]
    public void Notations_of_Studio_5000(string text, string shown, string program, int bit, int count)
    {
        var address = Parse(text);
        Assert.Equal((shown, program, bit, count), (address.ToString(), address.Program, address.Bit, address.Count));
    }

    [Theory]
    [InlineData("Levels", "DINT[10]", "Levels[0..9]")]
    [InlineData("Levels[5]", "DINT[2]", "Levels[5..6]")]
    [InlineData("Levels[5..6]", "dint[2]", "Levels[5..6]")]
    [InlineData("Level", " REAL ", "Level")]
    [InlineData("Status.5", "BOOL", "Status.5")]
    public void A_type_apart_names_the_elements_too(string text, string type, string shown) =>
        Assert.Equal(shown, Parse(text, type).ToString());

    [Theory]
    [InlineData("", null, 1, "a name is missing")]
    [InlineData("9Lives", null, 1, "begins with '9'")]
    [InlineData("Level-1", null, 6, "was expected here")]
    [InlineData("Levels[", null, 8, "an index is missing")]
    [InlineData("Levels[x]", null, 8, "an index")]
    [InlineData("Levels[1", null, 9, "']' is missing")]
    [InlineData("Levels[9..3]", null, 11, "before its beginning")]
    [InlineData("Levels[1.3]", null, 10, "a slice is written")]
    [InlineData("Levels[0..70000]", null, 11, "65535 are possible")]
    [InlineData("Grid[1,2,3,4]", null, 12, "3 dimensions")]
    [InlineData("Levels[0..9].Speed", null, 14, "a slice is the last part")]
    [InlineData("Levels[0..9].3", null, 14, "a slice has no bit")]
    [InlineData("Status.64", null, 8, "a bit")]
    [InlineData("Status.5.6", null, 9, "the end of the address")]
    [InlineData("Pump.", null, 6, "a name is missing")]
    [InlineData("Program:Main", null, 13, "which tag of the program?")]
    [InlineData("Program:.Step", null, 9, "which program?")]
    [InlineData("Local:.Data", null, 1, "ends with a colon")]
    [InlineData("Level", "FLAOT", 0, "unknown type 'FLAOT'")]
    [InlineData("Level", "REAK", 0, "did you mean 'REAL'?")]
    [InlineData("Level", "DINT[0]", 0, "a number from 1")]
    [InlineData("Levels[0..9]", "DINT[5]", 0, "names 10 elements")]
    [InlineData("Status.5", "DINT", 0, "its type is BOOL")]
    public void Mistakes_are_shown_where_they_are(string text, string? type, int column, string message)
    {
        Assert.Null(EtherNetIpAddressParser.Parse(new TagDefinition("t", text, type), out var problem));
        Assert.Contains(message, problem!.Message, StringComparison.Ordinal);
        Assert.Equal(column, problem.Column);
    }

    [Fact]
    public void Every_address_reads_back_from_its_own_text()
    {
        var name = Gen.Char.AlphaNumeric.Array[0, 8].Select(Gen.Char["abcXYZ_"], (rest, first) => first + new string(rest))
            .Where(word => !word.StartsWith("Program", StringComparison.OrdinalIgnoreCase));
        var part = Gen.Select(name, Gen.Int[0, 100_000].Array[0, 3], (word, indexes) => new NamePart(word, indexes));
        var address = Gen.Select(part.Array[1, 6], Gen.Bool, Gen.Int[-1, 63], Gen.Int[0, 40], (names, inProgram, bit, count) =>
            new EtherNetIpAddress
        {
            Program = inProgram ? "Program:Main" : "", Names = names, Bit = bit,
            Count = bit < 0 && names[^1].Indexes.Length > 0 ? count : 0,
        });
        address.ForAll(one =>
        {
            var back = Parse(one.ToString());
            Assert.Equal((one.ToString(), one.Program, one.Bit, one.Count, one.Names.Count),
                (back.ToString(), back.Program, back.Bit, back.Count, back.Names.Count));
        });
    }

    [Fact]
    public void Any_text_is_an_address_or_a_problem_within_it() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["ab19[].,: P_"], 0, 20]).ForAll(text =>
    {
        if (EtherNetIpAddressParser.Parse(new TagDefinition("t", text), out var problem) is null)
            Assert.InRange(problem!.Column, 1, text.Length + 1);
    });

    private static EtherNetIpAddress Parse(string text, string? type = null)
    {
        var address = EtherNetIpAddressParser.Parse(new TagDefinition("t", text, type), out var problem);
        Assert.True(address is not null, problem?.Message);
        return address;
    }
}
