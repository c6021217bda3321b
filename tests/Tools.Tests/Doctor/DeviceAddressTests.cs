using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Tools.Tests.Doctor;

/// <summary>Addresses of devices on the command line.</summary>
public class DeviceAddressTests
{
    [Theory]
    [InlineData("modbus:///dev/ttyUSB0?baud=9600", "driver = \"modbus\"|port = \"/dev/ttyUSB0\"|baud = 9600")]
    [InlineData("modbus:///COM3", "driver = \"modbus\"|port = \"COM3\"")]
    [InlineData("modbus://10.0.0.1:1502?unit=7&pipeline=1&echo=true",
        "driver = \"modbus\"|host = \"10.0.0.1\"|port = 1502|unit_id = 7|pipeline = 1|echo = true")]
    [InlineData("s7://plc?timeout=5s", "driver = \"s7\"|host = \"plc\"|timeout = \"5s\"")]
    [InlineData("modbus://[fe80::1]:502", "driver = \"modbus\"|host = \"fe80::1\"|port = 502")]
    [InlineData("modbus://[::1]", "driver = \"modbus\"|host = \"::1\"")]
    [InlineData("modbus://1.5?x=a%20%22b%5C", "driver = \"modbus\"|host = \"1.5\"|x = \"a \\\"b\\\\\"")]
    [InlineData("opc.tcp://10.0.0.1:4841/UA/Server", "driver = \"opcua\"|path = \"/UA/Server\"|host = \"10.0.0.1\"|port = 4841")]
    [InlineData("opc.tcp://plc/", "driver = \"opcua\"|host = \"plc\"")]
    public void An_address_becomes_the_device_of_a_site(string text, string options)
    {
        Assert.True(DeviceAddress.IsAddress(text));
        Assert.True(DeviceAddress.TryParse(text, out var address, out _));
        Assert.Equal("[site]\nname = \"doctor\"\n\n[devices.device]\n" + options.Replace('|', '\n') + "\n", address.SiteToml);
        var keys = options.Split('|').Skip(1).Select(option => option.Split(' ')[0]);
        Assert.Equal(keys, address.Given);
    }

    [Theory]
    [InlineData("://x", "'' is no name of a driver: modbus, s7 …")]
    [InlineData("mod bus://x", "'mod bus' is no name of a driver: modbus, s7 …")]
    [InlineData("modbus:///", "the serial port is missing: modbus:///dev/ttyUSB0")]
    [InlineData("modbus://x:port", "'port' is no number of a port")]
    [InlineData("modbus://x?baud", "'baud' is no option: ?key=value&key=value")]
    [InlineData("modbus://x?a]b=1", "'a]b=1' is no option: ?key=value&key=value")]
    [InlineData("modbus://x?unit=1&unit_id=2", "unit_id is given twice")]
    [InlineData("postgres://anna:secret@db/plant", "user and password never stand in an address: give them in site.toml, and only db/plant here")]
    public void A_wrong_address_is_explained(string text, string expected)
    {
        Assert.False(DeviceAddress.TryParse(text, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void A_folder_is_no_address() => Assert.False(DeviceAddress.IsAddress("./sites/energy"));
}
