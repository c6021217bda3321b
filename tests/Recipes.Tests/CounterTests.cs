using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Increase of counters, and sums of windows.</summary>
public class CounterTests
{
    [Theory]
    [InlineData(null, 100, 120, "20")]
    [InlineData(null, 100, 30, "30")]
    [InlineData(null, 100, -30, "0")]
    [InlineData(65536.0, 65530, 14, "20")]
    [InlineData(65536.0, 32767, -32768, "1")]
    [InlineData(65536.0, 20000, 30, "30")]
    [InlineData(1e6, 999999, 0, "1")]
    [InlineData(1e6, 999999.75, 0.5, "0.75")]
    [InlineData(null, 123456.7f, 123456.8f, "0.1")]
    [InlineData(null, 0.1, 0.3, "0.2")]
    public void An_increase_is_exact(double? wraps, object first, object second, string expected) =>
        Assert.Equal([$"line speed={expected}"], Bench(wraps).Scan(first).Scan(second).Take());

    [Fact]
    public void A_counter_of_64_bits_loses_no_digit()
    {
        var scans = new List<Value>();
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Increase("speed").Where(s =>
        {
            scans.Add(s["speed"]);
            return true;
        }).To(b.Sink));
        fixture.Scan(Value.Of(9007199254740993UL)).Scan(Value.Of(18446744073709551615UL));
        Assert.Equal([Value.Of(18437736874454810622.0)], scans);
        fixture.Scan(Value.Of(1L)).Scan(Value.Of(9007199254740994L));
        Assert.Equal(Value.Of(9007199254740993L), scans[^1]);
    }

    [Fact]
    public void A_counter_of_64_bits_overflows() =>
        Assert.Equal(
            ["line speed=3"], Bench(18446744073709551616.0).Scan(Value.Of(ulong.MaxValue)).Scan(Value.Of(2L)).Take());

    [Fact]
    public void Bad_values_are_bridged() =>
        Assert.Equal(
            ["line speed=-:BAD_COMM", "line speed=-:BAD_TYPE", "line speed=10"],
            Bench().Scan(10).Scan(Quality.BadComm).Scan("fast").Scan(20).Take());

    [Fact]
    public void The_sum_of_a_window_is_what_the_counter_has_risen_by()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Increase("speed", wraps: 65536).Window(1.Hours).Sum("speed").To(b.Sink));
        long total = 65000;
        for (var minute = 0; minute < 121; minute++, total += 137) fixture.Scan((int)(total % 65536)).Advance(1.Minutes);
        Assert.Equal([$"line speed={59 * 137}", $"line speed={60 * 137}"], fixture.Take());
    }

    [Theory]
    [InlineData("line speed=360", 0.1)]
    [InlineData("line speed=360", 0.1f)]
    [InlineData("line speed=10800", 3)]
    [InlineData("line speed=3600", true)]
    [InlineData("line speed=4.2501298345826807E+24", 1180591620717411303424.0)]
    [InlineData("line speed=-:BAD_TYPE", "text")]
    public void A_sum_is_exact(string expected, object value)
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Window(1.Hours).Sum("speed").To(b.Sink));
        for (var second = 0; second < 3600; second++) fixture.Scan(value).Advance(1.Seconds);
        Assert.Equal([expected], fixture.Take());
    }

    /// <summary>The increases of a counter in any pieces sum up to its whole increase, whatever it overflows at.</summary>
    [Fact]
    public void The_increases_of_a_counter_that_wraps_and_is_reset_sum_up() =>
        Gen.Select(Gen.Int[4, 1 << 20], Gen.Select(Gen.Int[0, 1 << 20], Gen.Bool).List[1, 40]).ForAll((range, steps) =>
        {
            var fixture = new PlanFixture(b => b.Line.Scans.Increase("speed", wraps: range).Window(1.Days).Sum("speed").To(b.Sink));
            long counter = range / 3, expected = 0;
            fixture.Scan((double)counter);
            foreach (var (step, isReset) in steps)
            {
                // A reset can only be told from an overflow by the size of the fall.
                if (isReset && counter <= range / 2)
                {
                    var now = Math.Min(step, Math.Max(0, counter - 1));
                    if (now >= counter) continue;
                    expected += now;
                    counter = now;
                }
                else
                {
                    var rise = step % ((range + 1) / 2);
                    expected += rise;
                    counter = (counter + rise) % range;
                }

                fixture.Scan((double)counter).Advance(1.Seconds);
            }

            // One more piece, so that there is an increase in any case.
            fixture.Scan((double)((counter + 1) % range));
            Assert.Equal([$"line speed={expected + 1}"], fixture.Advance(1.Days).Take());
        });

    [Theory]
    [InlineData(0.25, 1, "0.3")]
    [InlineData(-0.25, 1, "-0.3")]
    [InlineData(1.005, 2, "1.01")]
    [InlineData(0.15f, 1, "0.2")]
    [InlineData(123456789.125, 2, "123456789.13")]
    [InlineData(2.5, 0, "3")]
    [InlineData(7, 1, "7")]
    [InlineData(1e300, 2, "1E+300")]
    [InlineData(1e-12, 3, "0")]
    [InlineData(1.6e-12, 12, "2E-12")]
    [InlineData("hot", 1, "hot")]
    [InlineData(double.NaN, 1, "NaN")]
    public void Round_rounds_halves_away_from_zero(object value, int decimals, string expected) =>
        Assert.Equal(
            [$"line speed={expected}"],
            new PlanFixture(b => b.Line.Scans.Only("speed").Round("speed", decimals).To(b.Sink)).Scan(value).Take());

    private static PlanFixture Bench(double? wraps = null) =>
        new(b => b.Line.Scans.Only("speed").Increase("speed", wraps).To(b.Sink));
}
