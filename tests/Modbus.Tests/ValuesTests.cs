using PlantRuntime.Contracts;

namespace PlantRuntime.Modbus.Tests;

public class ValuesTests
{
    private static Value Number(string type, string order, string hex)
    {
        var address = new ModbusAddressParser(1, ByteOrder.ABCD).Parse(new TagDefinition("t", $"holding:0:{type}:{order}"), out _)!.Value;
        return ModbusValues.Number(address, Convert.FromHexString(hex));
    }

    // 123456.789 as a double is 40FE240C9FBE76C9; 305419896 is 12345678.
    [Theory]
    [InlineData("INT16", "ABCD", "FFFE", "-2")]
    [InlineData("INT16", "CDAB", "FFFE", "-2")]
    [InlineData("INT16", "BADC", "FEFF", "-2")]
    [InlineData("UINT16", "DCBA", "FEFF", "65534")]
    [InlineData("INT32", "ABCD", "12345678", "305419896")]
    [InlineData("INT32", "BADC", "34127856", "305419896")]
    [InlineData("INT32", "CDAB", "56781234", "305419896")]
    [InlineData("INT32", "DCBA", "78563412", "305419896")]
    [InlineData("INT32", "ABCD", "80000000", "-2147483648")]
    [InlineData("UINT32", "ABCD", "FFFFFFFF", "4294967295")]
    [InlineData("FLOAT32", "ABCD", "42F6E979", "123.456")]
    [InlineData("FLOAT32", "CDAB", "E97942F6", "123.456")]
    [InlineData("FLOAT64", "ABCD", "40FE240C9FBE76C9", "123456.789")]
    [InlineData("FLOAT64", "BADC", "FE400C24BE9FC976", "123456.789")]
    [InlineData("FLOAT64", "CDAB", "76C99FBE240C40FE", "123456.789")]
    [InlineData("FLOAT64", "DCBA", "C976BE9F0C24FE40", "123456.789")]
    [InlineData("INT64", "ABCD", "8000000000000000", "-9223372036854775808")]
    [InlineData("UINT64", "CDAB", "FFFEFFFFFFFFFFFF", "18446744073709551614")]
    public void Numbers_in_every_order(string type, string order, string hex, string expected) =>
        Assert.Equal(expected, Number(type, order, hex).ToString());

    [Theory]
    [InlineData("0:ABCD", "0001", true)]
    [InlineData("15:ABCD", "8000", true)]
    [InlineData("15:ABCD", "7FFF", false)]
    [InlineData("0:BADC", "0100", true)]
    public void Bits_of_a_register(string bitAndOrder, string hex, bool expected)
    {
        var tag = new TagDefinition("t", $"holding:0.{bitAndOrder}");
        var address = new ModbusAddressParser(1, ByteOrder.ABCD).Parse(tag, out _)!.Value;

        Assert.Equal(Value.Of(expected), ModbusValues.Number(address, Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("50756D7020310000", 8, false, "Pump 1")]
    [InlineData("7550706D31200000", 8, true, "Pump 1")]
    [InlineData("4142430044450000", 8, false, "ABC")]
    [InlineData("4142202043202020", 8, false, "AB  C")]
    [InlineData("414243FF", 3, false, "ABC")]
    [InlineData("C39C62657200", 6, false, "Über")]
    [InlineData("DC6265720000", 6, false, "Über")]
    [InlineData("0000", 2, false, "")]
    public void Texts(string hex, int length, bool isSwapped, string expected) => Assert.Equal(
        expected, ModbusValues.Text(Convert.FromHexString(hex), length, isSwapped ? ByteOrder.BADC : ByteOrder.CDAB));
}
