using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Faults;

/// <summary>Writes that are not done, and writes of which nobody knows.</summary>
public class WriteFaultTests
{
    [Theory]
    [InlineData(0x01, true, "illegal function (01); nothing was written; single_writes = false")]
    [InlineData(0x03, true, "illegal data value (03); nothing was written")]
    [InlineData(0x06, true, "server device busy (06); nothing was written")]
    [InlineData(0x04, false, "server device failure (04); whether the value was written is unknown")]
    [InlineData(0x0B, false, "gateway target device failed to respond (0B); whether the value was written is unknown")]
    public async Task An_exception_says_whether_anything_can_have_been_written(byte code, bool isRefused, string expected)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) => line.Send(request.Refusal(code));
        var writer = rig.Driver.PrepareWrites([new TagDefinition("a", "holding:5")]);
        var fault = await Xunit.Record.ExceptionAsync(() => writer.WriteAsync(0, 1, CancellationToken.None).AsTask());
        Assert.Equal(isRefused, fault is RefusedException);
        Assert.StartsWith(expected, fault!.Message, StringComparison.Ordinal);
        Assert.Equal(1, rig.Device.Connections);
    }

    [Fact]
    public async Task What_cannot_be_written_is_named_without_asking_anybody()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        string[] addresses = ["input:5", "discrete:1", "holding:5:STRING[3]", "holding:0:STRING[248]"];
        var problems =
            Assert.Throws<AddressException>(() => rig.Driver.PrepareWrites([.. addresses.Select(a => new TagDefinition(a, a))])).Problems;
        Assert.Equal(addresses, problems.Select(p => p.Tag.Name));

        (string Address, Value Value, string Expected)[] unfit =
        [
            ("holding:1:INT16", 32768, "whole numbers from -32768 to 32767"),
            ("holding:1:UINT32", -1, "whole numbers from 0 to 4294967295"),
            ("holding:1:INT16", 1.5, "whole numbers"), ("holding:1:INT16", "7", "whole numbers"), ("coil:1", 2, "TRUE or FALSE"),
            ("holding:1:FLOAT32", 16777217, "about 7 digits"), ("holding:1:FLOAT32", 1e39, "about 7 digits"),
            ("holding:1:STRING[4]", "12345", "at most 4 bytes"),
            ("holding:1:UINT16", Value.Null, "no value does not fit"),
        ];
        var writer = rig.Driver.PrepareWrites([.. unfit.Select(u => new TagDefinition(u.Address, u.Address))]);
        for (var i = 0; i < unfit.Length; i++)
        {
            var refused =
                await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(i, unfit[i].Value, CancellationToken.None).AsTask());
            Assert.Contains(unfit[i].Expected, refused.Message, StringComparison.Ordinal);
        }
    }
}
