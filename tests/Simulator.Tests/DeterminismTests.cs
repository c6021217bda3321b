using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class DeterminismTests
{
    private static readonly (string, string, string?)[] s_tags =
    [
        ("level", "walk min=0 max=100 step=5", null), ("flow", "sine noise=2", "REAL"), ("flow2", "sine noise=2", "REAL"),
        ("ramp", "ramp noise=1", "INT"),
    ];

    [Fact]
    public async Task A_seed_gives_the_values_of_the_formulas_in_any_process()
    {
        // Computed independently of this code from the formulas of the README: proves that another process has the same values.
        Assert.Equal(
            """
            50 48.904392 49.78686 0
            51.9664446723514 80.98184 80.861115 10
            47.75129722898227 99.382355 98.68923 20
            52.42044297609965 99.344185 98.55288 30
            """,
            await RunAsync(seed: 1));
    }

    [Fact]
    public async Task Another_seed_gives_other_values() => Assert.NotEqual(await RunAsync(seed: 1), await RunAsync(seed: 2));

    [Fact]
    public async Task A_reconnect_changes_nothing()
    {
        await using var bench = await SimulatorFixture.StartAsync(new SimulatorOptions(), s_tags);
        var lines = new List<string> { string.Join(' ', await bench.ReadAtAsync(0)) };
        await bench.ConnectAsync();
        lines.Add(string.Join(' ', await bench.ReadAtAsync(1)));
        Assert.StartsWith(string.Join('\n', lines), await RunAsync(seed: 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wall_clock_does_not_matter()
    {
        await using var bench = await SimulatorFixture.StartAsync(new SimulatorOptions(), s_tags);
        bench.Clock.StepWallClock(TimeSpan.FromDays(-20_000));
        Assert.StartsWith(string.Join(' ', await bench.ReadAtAsync(0)), await RunAsync(seed: 1), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(long seed)
    {
        await using var bench = await SimulatorFixture.StartAsync(new SimulatorOptions { Seed = seed }, s_tags);
        var lines = new List<string>();
        for (var second = 0; second < 4; second++) lines.Add(string.Join(' ', await bench.ReadAtAsync(second)));
        return string.Join('\n', lines);
    }
}
