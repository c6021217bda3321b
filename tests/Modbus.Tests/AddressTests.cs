using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Modbus.Tests;

public class AddressTests
{
    private static string? Parse(string address, string? type, out AddressProblem? problem) =>
        new ModbusAddressParser(1, ByteOrder.ABCD).Parse(new TagDefinition("t", address, type), out problem)?.ToString();

    [Theory]
    [InlineData("holding:0", "1/holding:0:UINT16:ABCD")]
    [InlineData("40001", "1/holding:0:UINT16:ABCD")]
    [InlineData("400001", "1/holding:0:UINT16:ABCD")]
    [InlineData("465536", "1/holding:65535:UINT16:ABCD")]
    [InlineData("49999", "1/holding:9998:UINT16:ABCD")]
    [InlineData("30010:INT", "1/input:9:INT16:ABCD")]
    [InlineData("10001", "1/discrete:0:BOOL")]
    [InlineData("00001", "1/coil:0:BOOL")]
    [InlineData("1", "1/coil:0:BOOL")]
    [InlineData("000017:bool", "1/coil:16:BOOL")]
    [InlineData("7/40108.15", "7/holding:107.15:BOOL:ABCD")]
    [InlineData("255/INPUT:3:real", "255/input:3:FLOAT32:ABCD")]
    [InlineData("0/holding:2:LREAL:dcba", "0/holding:2:FLOAT64:DCBA")]
    [InlineData("holding:8:CDAB", "1/holding:8:UINT16:CDAB")]
    [InlineData("holding:8.3:BADC", "1/holding:8.3:BOOL:BADC")]
    [InlineData("holding:8:string[21]", "1/holding:8:STRING[21]:ABCD")]
    [InlineData("  coil:5  ", "1/coil:5:BOOL")]
    [InlineData("holding:0x0103", "1/holding:259:UINT16:ABCD")]
    [InlineData("2/input:0Xff:DINT", "2/input:255:INT32:ABCD")]
    [InlineData("coil:0xFFFF", "1/coil:65535:BOOL")]
    [InlineData("holding:7.high", "1/holding:7.high:UINT8:ABCD")]
    [InlineData("40008.LOW:SINT:BADC", "1/holding:7.low:INT8:BADC")]
    [InlineData("holding:7:UINT48:CDAB", "1/holding:7:UINT48:CDAB")]
    [InlineData("holding:7:LBCD", "1/holding:7:BCD32:ABCD")]
    public void Both_styles_are_read(string address, string expected)
    {
        Assert.Equal(expected, Parse(address, null, out _));
        Assert.Equal(expected, Parse(expected, null, out _));
    }

    [Theory]
    [InlineData("40001", "DINT", "1/holding:0:INT32:ABCD")]
    [InlineData("40001:DINT", "int32", "1/holding:0:INT32:ABCD")]
    [InlineData("40001:CDAB", " REAL ", "1/holding:0:FLOAT32:CDAB")]
    [InlineData("40001", "STRING[4]", "1/holding:0:STRING[4]:ABCD")]
    [InlineData("40001.4", "BOOL", "1/holding:0.4:BOOL:ABCD")]
    public void The_type_may_stand_apart(string address, string type, string expected) =>
        Assert.Equal(expected, Parse(address, type, out _));

    [Theory]
    [InlineData("", null, 1, "expected an area with an offset (holding:0) or a reference (40001)")]
    [InlineData("holdign:0", null, 1, "did you mean 'holding'?")]
    [InlineData("3/holding", null, 10, "holding needs an offset: holding:0")]
    [InlineData("holding:65536", null, 9, "'65536' is not an offset: a number from 0 to 65535")]
    [InlineData("holding:-1", null, 9, "'-1' is not an offset")]
    [InlineData("256/40001", null, 1, "'256' is not a unit id: a number from 0 to 255")]
    [InlineData("20001", null, 1, "a reference begins with 0 (coil), 1 (discrete), 3 (input) or 4 (holding)")]
    [InlineData("40000", null, 1, "references of this form number the area from 0001 to 9999")]
    [InlineData("465537", null, 1, "from 00001 to 65536")]
    [InlineData("4000001", null, 1, "a reference has 5 digits (40001) or 6 (400001)")]
    [InlineData("40001.16", null, 7, "'16' is not a bit of a register: a number from 0 to 15")]
    [InlineData("coil:4.1", null, 8, "a coil is a bit already")]
    [InlineData("40001:FLAOT32", null, 7, "unknown type 'FLAOT32' (did you mean 'FLOAT32'?)")]
    [InlineData("40001:STRING", null, 7, "STRING needs its length in bytes, 1 to 250: STRING[20]")]
    [InlineData("40001:STRING[251]", null, 7, "1 to 250")]
    [InlineData("40001:INT[2]", null, 7, "INT has no length: only STRING[n] has")]
    [InlineData("holding:0x10000", null, 9, "'0x10000' is not an offset: a number from 0 to 65535")]
    [InlineData("holding:0x", null, 9, "'0x' is not an offset")]
    [InlineData("40001.high:INT", null, 12, "one byte of a register is a UINT8 or INT8, not INT")]
    [InlineData("40001:BYTE", null, 7, "a register has two bytes: say which, holding:0.high or holding:0.low")]
    [InlineData("40001.3:UINT8", null, 9, "bit 3 of a register is a BOOL, not UINT8")]
    [InlineData("coil:3.high", null, 8, "a coil is a bit already")]
    [InlineData("40001.2:INT", null, 9, "bit 2 of a register is a BOOL, not INT")]
    [InlineData("40001:BOOL", null, 7, "a register has 16 bits: say which, holding:0.0")]
    [InlineData("17:REAL", null, 4, "a coil is a BOOL, not REAL; registers are holding:16 or 40017")]
    [InlineData("40001:REAL:ABDC", null, 12, "unknown byte order 'ABDC': expected one of ABCD, DCBA, BADC, CDAB")]
    [InlineData("coil:1:ABCD", null, 8, "a coil is one bit and has no byte order")]
    [InlineData("40001:REAL:ABCD:x", null, 16, "nothing more was expected here")]
    [InlineData("holding:65535:REAL", null, 1, "2 registers from offset 65535 go beyond the last one, 65535")]
    [InlineData("40001", "RAEL", 0, "unknown type 'RAEL' (did you mean 'REAL'?)")]
    [InlineData("40001:INT", "REAL", 7, "the address says INT but the tag's type is REAL: give one of them")]
    public void An_error_names_the_column_and_what_was_expected(string address, string? type, int column, string message)
    {
        Assert.Null(Parse(address, type, out var problem));
        Assert.Contains(message, problem!.Message, StringComparison.Ordinal);
        Assert.Equal(column, problem.Column);
    }

    [Fact]
    public void All_bad_addresses_are_named_at_once()
    {
        var driver = new ModbusDriver(new ModbusOptions { Host = "h", MaxRegisters = 4 }, new CapturingPluginLog());

        var e = Assert.Throws<AddressException>(() => driver.Prepare([
            new("a", "holdign:1"), new("b", "40001"), new("c", "40001:STRING[10]"), new("d", "20001")]));

        Assert.Equal(["a", "c", "d"], e.Problems.Select(problem => problem.Tag.Name));
        Assert.Contains("c: needs 5 registers in one request, but max_registers is 4", e.Message, StringComparison.Ordinal);
    }
}
