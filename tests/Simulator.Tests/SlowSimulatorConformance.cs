using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

/// <summary>Runs the suite with latency: every call waits and reads complete on another thread.</summary>
public sealed class SlowSimulatorConformance : DriverConformance
{
    protected override IDriverPlugin Plugin => new SimulatorPlugin();

    protected override object Options => Slow();

    protected override object? DeadOptions => Slow(FaultKind.Disconnect);

    protected override object? SilentOptions => Slow(FaultKind.Timeout);

    protected override IReadOnlyList<HeldValue> Held => [new("const 42", null, 42), new("const idle", null, "idle")];

    protected override IReadOnlyList<WrongAddress> Wrong => [new("sinus", 1), new("const 70000", 7, "INT")];

    private static SimulatorOptions Slow(params FaultKind[] faults) => new()
    {
        Latency = TimeSpan.FromMilliseconds(1),
        Jitter = TimeSpan.FromMilliseconds(1),
        Faults = [.. faults.Select(kind => new FaultOptions { Kind = kind })],
    };
}
