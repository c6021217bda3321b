using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class SeededRandomTests
{
    // The first outputs of the reference implementation (splitmix64.c by Sebastiano Vigna) for these seeds.
    [Theory]
    [InlineData(0UL, new[] { 0xE220A8397B1DCDAFUL, 0x6E789E6AA1B965F4UL, 0x06C45D188009454FUL })]
    [InlineData(1234567UL, new[] { 6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL })]
    public void It_is_SplitMix64(ulong seed, ulong[] expected) =>
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(n => new SeededRandom(seed).Bits(n)));

    [Fact]
    public void It_is_spread_evenly()
    {
        var chance = SeededRandom.For(1, "temperature");
        var tenths = new int[10];
        for (var n = 0; n < 100_000; n++) tenths[(int)(chance.Unit(n) * 10)]++;
        // Five standard deviations of 95 to either side.
        Assert.All(tenths, count => Assert.InRange(count, 9_525, 10_475));
    }

    [Fact]
    public void Seeds_and_names_give_chances_of_their_own()
    {
        ulong[] first = [SeededRandom.For(1, "a").Bits(0), SeededRandom.For(2, "a").Bits(0), SeededRandom.For(1, "b").Bits(0),
            SeededRandom.For(1, "").Bits(0)];
        Assert.Equal(first.Length, first.Distinct().Count());
    }
}
