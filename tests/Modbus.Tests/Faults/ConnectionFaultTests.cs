using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Faults;

/// <summary>Connections that end, hang or bring garbage.</summary>
public class ConnectionFaultTests
{
    private static async Task<string> LostAsync(ModbusFixture rig, Action<DeviceRequest, PeerLine> script)
    {
        rig.Device.Script = script;
        var scan = new ModbusScan(rig.Driver, "holding:5");
        var e = await Assert.ThrowsAsync<NotConnectedException>(async () => await scan.ReadAsync());

        var again = await Assert.ThrowsAsync<NotConnectedException>(async () => await scan.ReadAsync());
        Assert.Equal("not connected", again.Message);
        rig.Device.Script = (request, line) => line.Send(request.Good());
        await rig.Driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(5, scan[0].Int);
        return e.Message;
    }

    [Fact]
    public async Task Every_way_to_lose_the_connection_is_said_plainly_and_healed_by_connecting()
    {
        await using var rig = await ModbusFixture.ConnectAsync();

        Assert.Equal("the far end closed the connection", await LostAsync(rig, (_, line) => line.Close()));
        Assert.Equal("the far end reset the connection", await LostAsync(rig, (_, line) => line.Reset()));
        Assert.StartsWith("the far end closed the connection in the middle of a frame, after: 00 ", await LostAsync(rig, (request, line) =>
        {
            line.Send(request.Good()[..9]);
            line.Close();
        }), StringComparison.Ordinal);
        Assert.Equal(
            "a Modbus frame that says it has 65535 bytes after its length, expected 2 to 254: 00 01 00 00 FF FF 01 2B",
            await LostAsync(rig, (_, line) => line.Send([0, 1, 0, 0, 0xFF, 0xFF, 1, 0x2B])));
        Assert.Equal(
            "a Modbus frame that says it has 1 bytes after its length, expected 2 to 254: 00 01 00 00 00 01 01 00",
            await LostAsync(rig, (_, line) => line.Send([0, 1, 0, 0, 0, 1, 1, 0])));
    }

    [Fact]
    public async Task Silence_fails_a_scan_and_the_second_in_a_row_ends_the_connection()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var scan = new ModbusScan(rig.Driver, "holding:5");
        rig.Device.Script = (_, _) => { };

        var first = await rig.ReadUntilOutOfTimeAsync(scan, 1);
        var second = await rig.ReadUntilOutOfTimeAsync(scan, 1);

        Assert.Equal("no answer in time", Assert.IsType<OperationCanceledException>(first).Message);
        Assert.Equal("no answer to anything twice in a row", Assert.IsType<NotConnectedException>(second).Message);
    }

    [Fact]
    public async Task Half_an_answer_is_finished_in_the_next_scan_and_known_as_late()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var scan = new ModbusScan(rig.Driver, "holding:5");
        byte[] rest = [];
        rig.Device.Script = (request, line) =>
        {
            line.Send(request.Good()[..8]);
            rest = request.Good()[8..];
        };
        Assert.IsType<OperationCanceledException>(await rig.ReadUntilOutOfTimeAsync(scan, 1));

        rig.Device.Script = (request, line) => line.Send(rest, request.Good());
        await scan.ReadAsync();

        Assert.Equal((5, 1), (scan[0].Int, rig.Driver.Loop.Requests.LateCount));
    }

    [Fact]
    public async Task A_silent_unit_behind_a_gateway_costs_only_its_own_tags()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        var scan = new ModbusScan(rig.Driver, "1/holding:5", "2/holding:6", "3/holding:7");
        rig.Device.Script = (request, line) =>
        {
            if (request.Unit != 1) line.Send(request.Good());
        };

        Assert.IsType<OperationCanceledException>(await rig.ReadUntilOutOfTimeAsync(scan, 1));
        Assert.Null(await rig.ReadUntilOutOfTimeAsync(scan, 3));

        Assert.Equal((6, 7), (scan[1].Int, scan[2].Int));
        Assert.Equal("BAD_COMM no answer in time", scan.Fault(0));
    }

    [Fact]
    public async Task Nobody_there_is_not_connected()
    {
        var device = new ScriptedDevice();
        var driver = new ModbusDriver(new ModbusOptions { Host = "127.0.0.1", Port = device.Port }, new CapturingPluginLog());
        device.Dispose();

        var e = await Assert.ThrowsAsync<NotConnectedException>(async () => await driver.ConnectAsync(CancellationToken.None));
        Assert.Equal("connection refused: nothing listens on that port", e.Message);
        e = await Assert.ThrowsAsync<NotConnectedException>(async () => await driver.ConnectAsync(new CancellationToken(canceled: true)));
        Assert.Equal("no answer to the attempt to connect", e.Message);
    }

    [Fact]
    public async Task A_device_that_answers_only_the_first_of_a_burst_is_asked_one_at_a_time()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 4);
        var scan = new ModbusScan(rig.Driver, "holding:0", "holding:200", "holding:400", "holding:600");
        var bursts = 0;
        while (rig.Log.Warnings.Count == 0)
        {
            var isBurst = rig.Driver.Pipeline.Current > 1;
            var left = isBurst ? 1 : 4;
            rig.Device.Script = (request, line) =>
            {
                if (left-- > 0) line.Send(request.Good());
            };
            if (isBurst) Assert.Null(await rig.ReadUntilOutOfTimeAsync(scan, requests: 4, replies: 1));
            else await scan.ReadAsync();
            rig.Device.Arrived();
            Assert.Equal(isBurst ? 1 : 4, scan.Good);
            bursts += isBurst ? 1 : 0;
        }

        Assert.Equal(3, bursts);
        Assert.Equal(["answers one request at a time only: no more pipelining (pipeline = 1 says so from the start)"], rig.Log.Warnings);
    }

    [Fact]
    public async Task A_device_too_busy_for_a_burst_is_asked_one_at_a_time_in_the_next_scan()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 2);
        var scan = new ModbusScan(rig.Driver, "holding:0", "holding:200");
        rig.Device.Script = (request, line) => line.Send(request.Start == 200 ? request.Refusal(6) : request.Good());
        await scan.ReadAsync();
        Assert.Equal("BAD_DEVICE server device busy", scan.Fault(1));

        rig.Device.Script = (request, line) => line.Send(request.Good());
        await scan.ReadAsync();

        Assert.Equal((2, 1), (scan.Good, rig.Driver.Pipeline.Current));
    }
}
