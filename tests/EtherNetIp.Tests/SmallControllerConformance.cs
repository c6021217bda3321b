using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Peers;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests;

/// <summary>The conformance suite of all drivers, with a controller of another family.</summary>
public abstract class SmallControllerConformance(object program, ControllerFamily family) : DriverConformance, IAsyncLifetime
{
    private CipServer _server = null!;

    protected override IDriverPlugin Plugin => new EtherNetIpPlugin();

    protected override object Options => new EtherNetIpOptions { Host = "127.0.0.1", Port = _server.Port, Family = family };

    protected override object DeadOptions => new EtherNetIpOptions { Host = "127.0.0.1", Port = 1, Family = family };

    public async Task InitializeAsync() => _server = await CipServer.StartAsync(program);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    protected override async Task ConnectionsBecomeAsync(int count)
    {
        while ((int)(await _server.StatsAsync())["open"]! != count) await Task.Yield();
    }
}

[Trait("Needs", "Server")]
public sealed class SlcConformance() : SmallControllerConformance(SlcTests.Program, ControllerFamily.Slc)
{
    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("N7:0", null, -5), new("N7:0/15", "BOOL", true), new("F8:0", "REAL", 0.5f), new("L9:0", null, -70000),
            new("ST10:0", "STRING", "lagoon"),
        new("N7:4..6", null, Value.Of([-1, 0, 1])), new("T4:0.ACC", null, 42), new("I:1/2", null, true),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong => [new("X7:0", 1), new("N7:0/16", 6), new("T4:0", 5), new("N7:0", 0, "REAL")];
}

[Trait("Needs", "Server")]
public sealed class Micro800Conformance() : SmallControllerConformance(Micro800Tests.Program, ControllerFamily.Micro800)
{
    protected override IReadOnlyList<HeldValue> Held =>
        [new("Running", null, true), new("Level", "REAL", 2.5f), new("Count", null, -7), new("Title", "STRING", "pump"),
            new("Words", "DWORD", 4294967295L)];

    protected override IReadOnlyList<WrongAddress> Wrong => [new("Level-1", 6), new("Levels[", 8), new("Level", 0, "FLAOT")];
}
