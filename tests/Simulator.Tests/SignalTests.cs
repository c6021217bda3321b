using PlantRuntime.Contracts;

namespace PlantRuntime.Simulator.Tests;

/// <summary>Shapes as the README describes them, by seconds after the connect.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData("sine min=0 max=100 period=8s", null, new[] { 0, 1, 2, 6, 8, 10.0 }, "50 85.35533905932738 100 0 50 100")]
    [InlineData("sine min=-10 max=10 period=4s", "INT", new[] { 0, 0.5, 1, 1.5, 3.0 }, "0 7 10 7 -10")]
    [InlineData("sine min=0 max=0.2 period=4s", "REAL", new[] { 1, 2, 3.0 }, "0.2 0.1 0")]
    [InlineData("ramp min=20 max=30 period=10s", null, new[] { 0, 2.5, 9.9, 10, 12.5 }, "20 22.5 29.9 20 22.5")]
    [InlineData("counter", null, new[] { 0, 0.999, 1, 59.0 }, "0 0 1 59")]
    [InlineData("counter step=7 every=500ms wrap=10", "UINT", new[] { 0, 0.5, 1, 1.5, 5.0 }, "0 7 4 1 0")]
    [InlineData("counter step=-1", null, new[] { 0, 1, 2.0 }, "0 -1 -2")]
    [InlineData("counter step=-1 wrap=3", null, new[] { 0, 1, 2, 3.0 }, "0 2 1 0")]
    [InlineData("counter step=100", "SINT", new[] { 0, 1, 2, 3.0 }, "0 100 72 44")]
    [InlineData("counter step=1000000000", "UDINT", new[] { 4, 5, 1e9 }, "4000000000 705032704 2808348672")]
    [InlineData("toggle every=5s", null, new[] { 0, 4.999, 5, 9.999, 10 }, "FALSE FALSE TRUE TRUE FALSE")]
    [InlineData("toggle every=5s duty=0.2", null, new[] { 7.999, 8, 10.0 }, "FALSE TRUE FALSE")]
    [InlineData("toggle every=1s", "DINT", new[] { 0, 1.0 }, "0 1")]
    [InlineData("text values=idle|run|fault every=10s", null, new[] { 0, 10, 29, 30.0 }, "idle run fault idle")]
    [InlineData("text values='in operation|at rest' every=1min", "STRING", new[] { 0, 60.0 }, "in operation at rest")]
    [InlineData("const -7", "REAL", new[] { 0.0 }, "-7")]
    [InlineData("const TRUE", "BOOL", new[] { 0.0 }, "TRUE")]
    [InlineData("const 3e2", null, new[] { 0.0 }, "300")]
    [InlineData("  ramp  min=1   max=1  ", null, new[] { 0.0 }, "1")]
    public async Task Shapes(string address, string? type, double[] seconds, string expected) =>
        Assert.Equal(expected, string.Join(' ', await SimulatorFixture.ValuesAsync(address, type, seconds)));

    [Theory]
    [InlineData("sine", null, ValueKind.Float64)]
    [InlineData("sine", "real", ValueKind.Float32)]
    [InlineData("walk", "WORD", ValueKind.Int)]
    [InlineData("counter", null, ValueKind.Int)]
    [InlineData("counter", "UINT64", ValueKind.UInt)]
    [InlineData("counter", "LREAL", ValueKind.Float64)]
    [InlineData("toggle", null, ValueKind.Bool)]
    [InlineData("const 18446744073709551615", null, ValueKind.UInt)]
    [InlineData("const 42", "TEXT", ValueKind.Text)]
    public async Task Kinds(string address, string? type, ValueKind expected) =>
        Assert.Equal(expected, Assert.Single(await SimulatorFixture.ValuesAsync(address, type, 0)).Kind);

    [Fact]
    public async Task A_walk_keeps_its_step_and_its_ends()
    {
        var values = await SimulatorFixture.ValuesAsync("walk min=10 max=14 step=3", null, new double[2_000]);
        var numbers = values.Select(v => v.Number).ToArray();
        Assert.Equal(12, numbers[0]);
        Assert.All(numbers, n => Assert.InRange(n, 10, 14));
        Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 3));
        Assert.True(numbers.Max() > 13.9 && numbers.Min() < 10.1, "it should have come near both ends");
    }

    [Fact]
    public async Task Noise_stays_within_its_bounds_on_both_sides()
    {
        var values =
            await SimulatorFixture.ValuesAsync("ramp min=5 max=5 noise=0.5", null, [.. Enumerable.Range(0, 2_000).Select(i => i / 10.0)]);
        Assert.All(values, v => Assert.InRange(v.Number, 4.5, 5.5));
        Assert.InRange(values.Average(v => v.Number), 4.97, 5.03);
    }
}
