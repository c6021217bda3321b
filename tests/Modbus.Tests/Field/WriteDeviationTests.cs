using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>Writes to devices that lack functions, or whose replies do not match the request.</summary>
public class WriteDeviationTests
{
    [Fact]
    public async Task A_device_with_the_functions_15_and_16_only_is_written_with_them()
    {
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, SingleWrites = false });
        Assert.Null(await rig.WriteAsync("holding:10", 7));
        Assert.Null(await rig.WriteAsync("coil:3", true));
        Assert.Null(await rig.WriteAsync("coil:3", 0));
        Assert.Equal(
            ["10 00 0A 00 01 02 00 07", "0F 00 03 00 01 01 01", "0F 00 03 00 01 01 00"],
            (await rig.Device.ArrivedAsync(3)).Select(request => request.Pdu));
    }

    [Fact]
    public async Task A_part_of_a_register_is_written_with_function_22()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        Assert.Null(await rig.WriteAsync("holding:10.4", true));
        Assert.Null(await rig.WriteAsync("holding:10.4", false));
        Assert.Null(await rig.WriteAsync("holding:10.4:BADC", true));
        Assert.Null(await rig.WriteAsync("holding:10.high", 0x12));
        Assert.Null(await rig.WriteAsync("holding:10.low:INT8", -2));
        Assert.Equal(
            [
                "16 00 0A FF EF 00 10", "16 00 0A FF EF 00 00", "16 00 0A EF FF 10 00", "16 00 0A 00 FF 12 00", "16 00 0A FF 00 00 FE",
            ],
            (await rig.Device.ArrivedAsync(5)).Select(request => request.Pdu));
        rig.Device.Arrived();
        Assert.Contains("TRUE or FALSE", (await rig.WriteAsync("holding:10.4", 2))!.Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 255", (await rig.WriteAsync("holding:10.low", 256))!.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Device.Arrived());
    }

    [Fact]
    public async Task A_device_without_function_22_refuses_with_a_way_out()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) => line.Send(request.Function == 0x16 ? request.Refusal(1) : request.Good());
        var refused = Assert.IsType<RefusedException>(await rig.WriteAsync("holding:10.4", true));
        Assert.Contains("bit_writes = \"read_modify_write\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_a_register_is_read_changed_and_written_if_site_toml_says_so()
    {
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, BitWrites = BitWriteMethod.ReadModifyWrite });
        rig.Device.Script = (request, line) => line.Send(request.Function == 3 ? request.Frame([3, 2, 0xA5, 0x0F]) : request.Good());
        Assert.Null(await rig.WriteAsync("holding:10.4", true));
        Assert.Null(await rig.WriteAsync("holding:10.0", false));
        Assert.Null(await rig.WriteAsync("holding:10.high", 1));
        Assert.Equal(
            ["03 00 0A 00 01", "06 00 0A A5 1F", "03 00 0A 00 01", "06 00 0A A5 0E", "03 00 0A 00 01", "06 00 0A 01 0F"],
            (await rig.Device.ArrivedAsync(6)).Select(request => request.Pdu));

        rig.Device.Arrived();
        rig.Device.Script = (request, line) => line.Send(request.Refusal(2));
        Assert.EndsWith("nothing was written", Assert.IsType<RefusedException>(await rig.WriteAsync("holding:10.4", true)).Message,
            StringComparison.Ordinal);
        Assert.Equal(3, Assert.Single(rig.Device.Arrived()).Function);
    }

    [Theory]
    [InlineData("holding:10", 1)]
    [InlineData("holding:10", 3)]
    [InlineData("holding:10:UINT32", 1)]
    [InlineData("coil:10", 3)]
    [InlineData("holding:10.4", 5)]
    public async Task An_echo_that_differs_leaves_the_outcome_unknown_and_the_connection_open(string address, int at)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) =>
        {
            var reply = request.Good();
            if (request.Function > 4) reply[7 + at]++;
            line.Send(reply);
        };
        var scan = new ModbusScan(rig.Driver, "holding:10");
        for (var i = 0; i < 3; i++)
        {
            var fault = Assert.IsType<IOException>(await rig.WriteAsync(address, 1));
            Assert.EndsWith("whether the value was written is unknown", fault.Message, StringComparison.Ordinal);
            await scan.ReadAsync();
            Assert.Equal(10, scan[0].Int);
        }

        Assert.Equal(1, rig.Device.Connections);
    }

    [Theory]
    [InlineData("05 00 0A FF 00")]
    [InlineData("06 00 0A 00")]
    [InlineData("06 00 0A 00 01 00")]
    [InlineData("86")]
    [InlineData("2B 00")]
    public async Task A_reply_of_another_kind_leaves_the_outcome_unknown_and_the_connection_open(string pdu)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var bytes = Convert.FromHexString(pdu.Replace(" ", "", StringComparison.Ordinal));
        rig.Device.Script = (request, line) => line.Send(request.Function > 4 ? request.Frame(bytes) : request.Good());
        Assert.IsType<IOException>(await rig.WriteAsync("holding:10", 1));
        var scan = new ModbusScan(rig.Driver, "holding:10");
        await scan.ReadAsync();
        Assert.Equal((10, 1), (scan[0].Int, rig.Device.Connections));
    }
}
