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
        { "PIW256:INT", "PeripheralInput 0 256 Int 0" }, { "PEW256", "PeripheralInput 0 256 Word 0" },
        { "%PIB7", "PeripheralInput 0 7 Byte 0" },
        { "PQW256:INT", "PeripheralOutput 0 256 Int 0" }, { "PAD8:DINT", "PeripheralOutput 0 8 DInt 0" },
        { "P#DB500.DBX0.1", "DataBlock 500 0 Bool 1" }, { "P#DB1.DBX10.0 REAL 1", "DataBlock 1 10 Real 0" },
        { "P#DB1.DBX10.0 REAL 10", "DataBlock 1 10 Real 0 x10" }, { "p#db1.dbx10.0 Char 14", "DataBlock 1 10 Char 0 14" },
        { "P#DB1.DBX2.0 STRING 1", "DataBlock 1 2 String 0 254" }, { "P#DB1.DBX2.0:STRING[8]", "DataBlock 1 2 String 0 8" },
        { "P#DB1.DBX0.0 BOOL 16", "DataBlock 1 0 Bool 0 x16" }, { "P#M 4.0 WORD 1", "Marker 0 4 Word 0" }, { "P#E0.3", "Input 0 0 Bool 3" },
        { "P#A 1.0 BYTE 2", "Output 0 1 Byte 0 x2" }, { "P#P 256.0 INT 1", "PeripheralInput 0 256 Int 0" },
        { "P#PA256.0  INT  1", "PeripheralOutput 0 256 Int 0" }, { "P#V10.0 DWORD 1", "DataBlock 1 10 DWord 0" },
        { "DB1.DBB0:CHAR[14]", "DataBlock 1 0 Char 0 14" }, { "DB1.DBB0:CHAR[14][3]", "DataBlock 1 0 Char 0 14 x3" },
        { "DB1.DBB0:LDT", "DataBlock 1 0 Ldt 0" }, { "DB1.DBD0:LTIME", "DataBlock 1 0 LTime 0" },
        { "DB1.DBB0:LTIME_OF_DAY", "DataBlock 1 0 LTod 0" },
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
    [InlineData("PIR64", 1, "'PIR' has no width 'R': expected PIX, PIB, PIW or PID")]
    [InlineData("PIW64:REAL", 7, "PIW is 2 bytes wide, REAL has 4: PID64:REAL")]
    [InlineData("PMW64", 1, "unknown area 'PMW'")]
    [InlineData("P64", 1, "unknown area 'P'")]
    [InlineData("P#", 3, "'' is no area of a pointer; expected a pointer such as P#DB1.DBX10.0")]
    [InlineData("P#K4.0", 3, "'K' is no area of a pointer")]
    [InlineData("P#DB1.DBW4.0", 7, "a pointer has DBX before the byte: P#DB1.DBX0.0")]
    [InlineData("P#DB1", 6, "a data block needs a place in it: P#DB1.DBX0.0")]
    [InlineData("P#DB1.DBX4", 11, "a pointer has a bit, also where it is 0: 4.0")]
    [InlineData("P#M4.8", 6, "'8' is not a bit of a byte: a number from 0 to 7")]
    [InlineData("P#M4.1 INT 1", 8, "only a BOOL has a bit, not INT: write 4.0")]
    [InlineData("P#M4.0 INT", 8, "behind a pointer there are a type and a number of elements: P#… INT 1")]
    [InlineData("P#M4.0 INT 0", 8, "behind a pointer there are a type and a number of elements: P#… INT 1")]
    [InlineData("P#M4.0 RAEL 2", 8, "unknown type 'RAEL' (did you mean 'REAL'?)")]
    [InlineData("P#M65534.0 REAL 1", 1, "4 bytes from 65534 go beyond the last one")]
    [InlineData("MB4:CHAR[0]", 5, "CHAR needs the number of its characters, 1 to 32767: CHAR[14]")]
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

    [Theory]
    [InlineData("T37", "Timer200 0 185 Timer200 5")]
    [InlineData("T37:INT", "Timer200 0 185 Timer200 5")]
    [InlineData("C1", "Counter200 0 3 Counter200 3")]
    [InlineData("VW10:INT", "DataBlock 1 10 Int 2")]
    public void An_s7_200_has_areas_of_its_own(string text, string expected)
    {
        var address = S7AddressParser.Parse(new TagDefinition("t", text), out var problem, CpuFamily.S7200);
        Assert.True(problem is null, problem?.Message);
        var a = address!.Value;
        Assert.Equal(expected, $"{a.Area} {a.Block} {a.Offset} {a.Type} {a.Bytes}");
    }

    [Theory]
    [InlineData("T256", 2, "'256' is not the number of a timer: a number from 0 to 255")]
    [InlineData("T37:REAL", 5, "a timer of an S7-200 is an INT, not REAL")]
    public void A_timer_of_an_s7_200_is_refused_at_its_column(string text, int column, string message)
    {
        Assert.Null(S7AddressParser.Parse(new TagDefinition("t", text), out var problem, CpuFamily.S7200));
        Assert.Equal((column, message), (problem!.Column, problem.Message));
    }

    [Fact]
    public void An_address_without_a_block_is_in_the_block_of_the_device()
    {
        var expected = S7AddressParser.Parse(new TagDefinition("t", "DB7.DBD2:REAL"), out _);
        Assert.Equal(expected, S7AddressParser.Parse(new TagDefinition("t", "DBD2:REAL"), out _, dataBlock: 7));
        Assert.Equal(expected, S7AddressParser.Parse(new TagDefinition("t", "DB7.DBD2:REAL"), out _, dataBlock: 9));
        Assert.Null(S7AddressParser.Parse(new TagDefinition("t", "DBX0"), out var problem, dataBlock: 7));
        Assert.Contains("which bit? DBX0.0 to .7", problem!.Message, StringComparison.Ordinal);
        Assert.Null(S7AddressParser.Parse(new TagDefinition("t", "DBW0"), out problem));
        Assert.Contains("db = 1", problem!.Message, StringComparison.Ordinal);
    }
}
