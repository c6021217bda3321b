using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>Frames of serial lines over TCP, as terminal servers pass them on.</summary>
public class RtuTests
{
    private static async Task<ModbusDriver> ConnectAsync(RtuDevice device)
    {
        var driver = new ModbusDriver(
            new ModbusOptions { Host = "127.0.0.1", Port = device.Port, Framing = FrameFormat.Rtu }, new CapturingPluginLog());
        await driver.ConnectAsync(CancellationToken.None);
        return driver;
    }

    [Fact]
    public void The_checksum_is_that_of_the_serial_line_specification()
    {
        // Read register 0 of unit 1, the frame that every manual has: 01 03 00 00 00 01 84 0A.
        var frame = new byte[8];
        Assert.Equal(8, ModbusReadRequest.Write(frame, 1, FunctionCode.ReadHoldingRegisters, 0, 1, new ModbusDialect(ModbusFrame.Rtu)));
        Assert.Equal("010300000001840A", Convert.ToHexString(frame));
    }

    [Fact]
    public async Task Values_are_read_and_written()
    {
        using var device = new RtuDevice();
        await using var driver = await ConnectAsync(device);
        var scan = new ModbusScan(driver, "holding:10", "7/input:300", "coil:9", "holding:258:UINT32");
        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((10, 300, true, 0x0102_0103, 4), (scan[0].Int, scan[1].Int, scan[2].Bool, scan[3].Int, scan.Good));
        }

        while (await device.ArrivedAsync() is var request && !request.StartsWith("07", StringComparison.Ordinal)) { }
        await driver.PrepareWrites([new TagDefinition("w", "holding:10:DINT")]).WriteAsync(0, 7, CancellationToken.None);
        await driver.PrepareWrites([new TagDefinition("w", "coil:1")]).WriteAsync(0, true, CancellationToken.None);
        Assert.Equal(1, device.Connections);
    }

    [Fact]
    public async Task Noise_echoes_and_slices_do_not_matter()
    {
        using var device = new RtuDevice();
        await using var driver = await ConnectAsync(device);
        var scan = new ModbusScan(driver, "holding:10", "holding:200", "input:5");
        var number = 0;
        device.Script = (request, line) =>
        {
            switch (number++ % 4)
            {
                case 0:
                    line.Send([0xFF, 0x00], RtuDevice.Reply(request));
                    break;
                case 1:
                    // The echo of the request, as half-duplex lines have it.
                    line.Send(RtuDevice.Frame([request.Unit, request.Function, (byte)(request.Start >> 8), (byte)request.Start, 0, 1]),
                        RtuDevice.Reply(request));
                    break;
                case 2:
                    line.SendInSlices(RtuDevice.Reply(request));
                    break;
                default:
                    line.Send(RtuDevice.Reply(request), [0x01, 0x03]);
                    break;
            }
        };
        for (var i = 0; i < 8; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((10, 200, 5, 3), (scan[0].Int, scan[1].Int, scan[2].Int, scan.Good));
        }

        Assert.Equal(1, device.Connections);
    }

    [Fact]
    public async Task A_wrong_checksum_is_never_a_value_and_is_the_reason()
    {
        using var device = new RtuDevice();
        await using var driver = await ConnectAsync(device);
        var scan = new ModbusScan(driver, "holding:10");
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        device.Script = (request, line) =>
        {
            var reply = RtuDevice.Reply(request);
            reply[^1]++;
            line.Send(reply);
            sent.TrySetResult();
        };
        var received = driver.Loop.Session;
        Assert.Null(await scan.ReadUntilTimeoutAsync(async () =>
        {
            await sent.Task;
            while (driver.WhyNoReply is null) await Task.Yield();
        }));
        Assert.Equal("BAD_COMM bytes came that are no RTU frame with a right checksum", scan.Fault(0));
        Assert.NotNull(received);

        device.Script = (request, line) => line.Send(RtuDevice.Reply(request));
        await scan.ReadAsync();
        Assert.Equal(10, scan[0].Int);
    }

    [Fact]
    public async Task An_exception_and_another_unit_are_understood()
    {
        using var device = new RtuDevice();
        await using var driver = await ConnectAsync(device);
        device.Script = (request, line) => line.Send(request.Start switch
        {
            100 => RtuDevice.Frame(request.Unit, (byte)(request.Function | 0x80), 2),
            200 => RtuDevice.Reply(request with { Unit = 9 }),
            _ => RtuDevice.Reply(request),
        });
        var scan = new ModbusScan(driver, "holding:10", "holding:100", "holding:200");
        await scan.ReadAsync();
        Assert.Equal((10, "BAD_ADDRESS illegal data address"), (scan[0].Int, scan.Fault(1)));
        Assert.StartsWith("BAD_COMM asked unit 1, unit 9 answered", scan.Fault(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RTU_frames_on_a_connection_for_Modbus_TCP_are_named()
    {
        using var device = new ScriptedDevice { Script = (_, line) => line.Send(RtuDevice.Frame(1, 3, 2, 0, 10), RtuDevice.Frame(1, 3, 2,
            0, 10)) };
        await using var driver = new ModbusDriver(new ModbusOptions { Host = "127.0.0.1", Port = device.Port }, new CapturingPluginLog());
        await driver.ConnectAsync(CancellationToken.None);
        var scan = new ModbusScan(driver, "holding:10");
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        Assert.Contains("framing = \"rtu\"", lost.Message, StringComparison.Ordinal);
    }
}
