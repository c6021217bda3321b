using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests;

/// <summary>Runs the conformance tests. Register n of the device has the value n; bit n is set if n is a multiple of 3.</summary>
public sealed class ModbusConformance : DriverConformance, IDisposable
{
    private readonly ScriptedDevice _device = new();
    private readonly ScriptedDevice _silent = new() { Script = (_, _) => { } };

    protected override IDriverPlugin Plugin => new ModbusPlugin();

    protected override object Options => new ModbusOptions { Host = "127.0.0.1", Port = _device.Port };

    protected override object? SilentOptions => new ModbusOptions { Host = "127.0.0.1", Port = _silent.Port };

    protected override object? DeadOptions => new ModbusOptions { Host = "127.0.0.1", Port = ClosedPort.Find() };

    // The device lives in the test process and allocates for each request and reply.
    protected override int AllocatedBytesPerScan => 64 * 1024;

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("holding:258", null, 258),
        new("40301", "INT16", 300),
        new("input:7:uint32", null, 0x0007_0008),
        new("holding:10:int32:CDAB", null, 0x000B_000A),
        new("holding:259.1", null, true),
        new("coil:9", null, true),
        new("discrete:10", null, false),
        new("2/holding:500", null, 500),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("koil:1", 1), new("holding:70000", 9), new("holding:0:flaot32", 11), new("", 1)];

    public void Dispose()
    {
        _device.Dispose();
        _silent.Dispose();
    }
}
