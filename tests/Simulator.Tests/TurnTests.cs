using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class TurnTests
{
    [Fact]
    public void It_is_the_sine_of_the_library()
    {
        // The library's argument is rounded near 2π, which alone moves its sine by up to 4.4e-16.
        for (var i = 0; i < 10_000; i++) Assert.Equal(Math.Sin(2 * Math.PI * (i / 10_000.0)), Turn.Sine(i / 10_000.0), 1.5e-15);
    }

    [Fact]
    public void It_is_exact_at_each_quarter() =>
        Assert.Equal([0, 1, 0, -1], new[] { 0, 0.25, 0.5, 0.75 }.Select(Turn.Sine));
}
