using PlantRuntime.Contracts;

namespace PlantRuntime.S7.Tests;

/// <summary>Addresses as engineers write them.</summary>
public class AddressTests
{
    public static TheoryData<string, string> Right { get; } = new()
    {
        { "DB500.DBX0.1", "DataBlock 500 0 Bool 1" }, { "DB500.DBD2:REAL", "DataBlock 500 2 Real 0" },
        { "db1.dbw10:int", "DataBlock 1 10 Int 0" },
        { "DB10.DBB20:STRING[32]", "DataBlock 10 20 String 0 32" }, { "DB10.DBB20:STRING", "DataBlock 10 20 String 0 254" },
        { "M10.3", "Marker 0 10 Bool 3" }, { "MX10.3", "Marker 0 10 Bool 3" }, { "MW4", "Marker 0 4 Word 0" },
        { "MD4:DINT", "Marker 0 4 DInt 0" },
        { "IW64", "Input 0 64 Word 0" }, { "EW64", "Input 0 64 Word 0" }, { "QB0", "Output 0 0 Byte 0" }, { "A0.7", "Output 0 0 Bool 7" },
        { "C1", "Counter 0 2 Counter 0" }, { "Z3", "Counter 0 6 Counter 0" }, { "T5", "Timer 0 10 S5Time 0" },
        { "T5:WORD", "Timer 0 10 Word 0" },
        { "%DB1.DBW0", "DataBlock 1 0 Word 0" }, { "%MW4", "Marker 0 4 Word 0" }, { "%DB1.DBX0.1", "DataBlock 1 0 Bool 1" },
        { "VW10:INT", "DataBlock 1 10 Int 0" }, { "DB1.DBD8:LREAL", "DataBlock 1 8 LReal 0" }, { " MB1 ", "Marker 0 1 Byte 0" },
        { "M 10.3", "Marker 0 10 Bool 3" }, { "DB 10.DBW  4:INT", "DataBlock 10 4 Int 0" }, { "E 0.0", "Input 0 0 Bool 0" },
        { "MW 4 : INT", "Marker 0 4 Int 0" },
    };

    [Theory]
    [MemberData(nameof(Right))]
    public void Is_understood(string text, string expected)
    {
        var address = S7AddressParser.Parse(new TagDefinition("t", text), out var problem);
        Assert.True(problem is null, problem?.Message);
        var a = address!.Value;
        var length = a.Length == 0 ? "" : $" {a.Length}";
        var count = a.Count == 0 ? "" : $" x{a.Count}";
        Assert.Equal(expected, $"{a.Area} {a.Block} {a.Offset} {a.Type} {a.Bit}{length}{count}");
    }

    [Theory]
    [InlineData("", 1, "expected an address such as DB500.DBD2:REAL")]
    [InlineData("K4", 1, "unknown area 'K'")]
    [InlineData("DBW4", 1, "which data block? DB1.DBW0")]
    [InlineData("DB1", 4, "a data block needs a place in it: DB1.DBW0")]
    [InlineData("DB0.DBW0", 3, "'0' is not the number of a data block: a number from 1 to 65535")]
    [InlineData("DB1.DBR4", 5, "'DBR' has no width 'R': expected DBX, DBB, DBW or DBD")]
    [InlineData("DB1.DBX4", 9, "which bit? DB1.DBX4.0 to .7, or DB1.DBB4 for the byte")]
    [InlineData("DB1.DBX4.8", 10, "'8' is not a bit of a byte: a number from 0 to 7")]
    [InlineData("DB1.DBW4:REAL", 10, "DBW is 2 bytes wide, REAL has 4: DB1.DBD4:REAL")]
    [InlineData("DB1.DBD4:INT", 10, "DBD is 4 bytes wide, INT has 2: DB1.DBW4:INT")]
    [InlineData("MW4:BOOL", 5, "a BOOL needs its bit: MX4.0")]
    [InlineData("M4.0:INT", 6, "a bit is a BOOL, not INT: MW4:INT")]
    [InlineData("MD4:RAEL", 5, "unknown type 'RAEL' (did you mean 'REAL'?)")]
    [InlineData("MW4:INT[]", 5, "an array needs the number of its elements, 1 to 32767: INT[10]")]
    [InlineData("MW4:INT[0]", 5, "an array needs the number of its elements")]
    [InlineData("MW4:INT[32768]", 5, "an array needs the number of its elements")]
    [InlineData("MW4:INT[3", 5, "an array needs the number of its elements")]
    [InlineData("MW4:INT[3][2]", 5, "nothing more was expected behind INT[3]")]
    [InlineData("MB4:STRING[8][3]x", 5, "nothing more was expected behind STRING[8][3]")]
    [InlineData("MB4:STRING[8]x", 5, "an array needs the number of its elements, 1 to 32767: STRING[8][10]")]
    [InlineData("MB4:ARRAY[0..9] OF INT", 5, "an array is written as the type of its elements and their number: REAL[10]")]
    [InlineData("MW4:REAL[3]", 5, "MW is 2 bytes wide, REAL has 4: MD4:REAL")]
    [InlineData("M4.1:BOOL[8]", 1, "an array of BOOL begins at a byte's bit 0")]
    [InlineData("MB65000:WSTRING[16382][32767]", 1, "1073709056 bytes from 65000 go beyond the last one")]
    [InlineData("MB4:STRING[255]", 5, "STRING needs its length, 1 to 254: STRING[32]")]
    [InlineData("T5:REAL", 4, "a timer is a S5TIME or a WORD, not REAL")]
    [InlineData("MW4.2", 5, "a bit is written MX4.2, not MW")]
    [InlineData("DB1.DBW4 x", 10, "nothing more was expected here but :TYPE")]
    [InlineData("DB1.DBW4:", 10, "which type? :INT, :REAL")]
    [InlineData("DB1.REAL4", 5, "the type stands behind the place: DB1.DBD0:REAL")]
    [InlineData("DB1.W4", 5, "'W' is no place in a data block: expected DBX, DBB, DBW or DBD")]
    [InlineData("PEW64", 1, "'PEW': peripheral addresses cannot be reached from here; the process image can: EW")]
    [InlineData("MD65534", 1, "4 bytes from 65534 go beyond the last one, 65535")]
    public void Is_refused_at_its_column(string text, int column, string message)
    {
        Assert.Null(S7AddressParser.Parse(new TagDefinition("t", text), out var problem));
        Assert.Equal((column, message), (problem!.Column, problem.Message[..Math.Min(message.Length, problem.Message.Length)]));
    }

    [Fact]
    public void A_type_apart_and_one_in_the_address_must_agree()
    {
        Assert.Equal(S7Type.Real, S7AddressParser.Parse(new TagDefinition("t", "MD0", "real"), out _)!.Value.Type);
        Assert.Equal(S7Type.Real, S7AddressParser.Parse(new TagDefinition("t", "MD0:REAL", "REAL"), out _)!.Value.Type);
        Assert.Null(S7AddressParser.Parse(new TagDefinition("t", "MD0:REAL", "DINT"), out var problem));
        Assert.Equal("the address says REAL but the tag's type is DINT: give one of them", problem!.Message);
    }
}
