using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>A device that ends the connection at one of the requests.</summary>
public class LossTests
{
    [Fact]
    public async Task A_request_that_breaks_the_connection_every_time_costs_only_its_own_tags()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        rig.Device.Script = (request, line) =>
        {
            if (request.Start == 200) line.Close();
            else line.Send(request.Good());
        };
        var scan = new ModbusScan(rig.Driver, "holding:0", "holding:200", "holding:400");
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        Assert.Equal("the far end closed the connection", lost.Message);
        await rig.Driver.ConnectAsync(CancellationToken.None);
        for (var i = 0; i < 4; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((0, 400, 2), (scan[0].Int, scan[2].Int, scan.Good));
            Assert.Equal("BAD_COMM the far end closed the connection", scan.Fault(1));
        }

        rig.Device.Script = (request, line) => line.Send(request.Good());
        await scan.ReadAsync();
        Assert.Equal(3, scan.Good);
    }
}
