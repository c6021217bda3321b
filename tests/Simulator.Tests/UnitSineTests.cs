using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class UnitSineTests
{
    [Fact]
    public void It_is_the_sine_of_the_library()
    {
        // Math.Sin gets an argument that is rounded near 2π, which alone changes its sine by up to 4.4e-16.
        for (var i = 0; i < 10_000; i++) Assert.Equal(Math.Sin(2 * Math.PI * (i / 10_000.0)), UnitSine.Sine(i / 10_000.0), 1.5e-15);
    }

    [Fact]
    public void It_is_exact_at_each_quarter() =>
        Assert.Equal([0, 1, 0, -1], new[] { 0, 0.25, 0.5, 0.75 }.Select(UnitSine.Sine));
}
