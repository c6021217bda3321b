using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests;

/// <summary>The conformance suite of all drivers.</summary>
[Trait("Needs", "Server")]
public sealed class LogixConformance : DriverConformance, IAsyncLifetime
{
    private CipServer _server = null!;
    private CipServer _silent = null!;

    protected override IDriverPlugin Plugin => new EtherNetIpPlugin();

    protected override object Options => new EtherNetIpOptions { Host = "127.0.0.1", Port = _server.Port };

    protected override object DeadOptions => new EtherNetIpOptions { Host = "127.0.0.1", Port = 1 };

    protected override object SilentOptions => new EtherNetIpOptions { Host = "127.0.0.1", Port = _silent.Port };

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("Bool", null, true), new("Sint", "SINT", -128), new("Int", null, -32768), new("Dint", "DINT", -2147483648L),
            new("Dint.31", "BOOL", true),
        new("Lint", null, long.MinValue), new("Ulint", null, ulong.MaxValue), new("Real", "REAL", 123.456f), new("Lreal", null, 0.1),
            new("Text", "STRING", "lagoon"),
        new("Levels", "DINT[3]", Value.Of([Value.Of(0L), Value.Of(3L), Value.Of(6L)])), new("Flags[93]", null, true),
        new("P1.Sub", null, """{"A":7,"B":true,"C":false}"""), new("Program:Main.Step", null, 42),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("Level-1", 6), new("Levels[", 8), new("Program:Main", 13), new("Level", 0, "FLAOT"), new("", 1)];

    public async Task InitializeAsync()
    {
        _server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        _silent = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: new { silent = true }));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _silent.DisposeAsync();
    }

    protected override async Task ConnectionsBecomeAsync(int count)
    {
        while ((int)(await _server.StatsAsync())["open"]! != count) await Task.Yield();
    }
}
