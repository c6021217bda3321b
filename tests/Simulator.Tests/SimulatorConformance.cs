using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class SimulatorConformance : DriverConformance
{
    protected override IDriverPlugin Plugin => new SimulatorPlugin();

    protected override object Options => new SimulatorOptions();

    protected override object? DeadOptions => new SimulatorOptions { Faults = [new FaultOptions { Kind = FaultKind.Disconnect }] };

    protected override object? SilentOptions => new SimulatorOptions { Faults = [new FaultOptions { Kind = FaultKind.Timeout }] };

    protected override int AllocatedBytesPerScan => 0;

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("const 42", null, 42),
        new("const true", null, true),
        new("const 2.5", null, 2.5),
        new("const 0.1", "REAL", 0.1f),
        new("const 18446744073709551615", "ULINT", ulong.MaxValue),
        new("const in operation", null, "in operation"),
        new("ramp min=7 max=7", "INT", 7),
        new("text values=idle", "TEXT", "idle"),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
    [
        new("sinus", 1),
        new("ramp min=0 mox=3", 12),
        new("counter every=soon", 15),
        new("const 70000", 7, "INT"),
        new("toggle", 0, "TEXT"),
        new("", 1),
    ];
}
