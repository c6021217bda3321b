using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class RateTests
{
    [Theory]
    [InlineData(CounterKind.None, 100.0, 120.0, "2")]
    [InlineData(CounterKind.None, 100.0, 80.0, "-2")]
    [InlineData(CounterKind.Resets, 100.0, 80.0, "8")]
    [InlineData(CounterKind.Bits16, 65530.0, 14.0, "2")]
    [InlineData(CounterKind.Bits16, 32767.0, -32768.0, "0.1")]
    [InlineData(CounterKind.Bits16, 20000.0, 30.0, "3")]
    [InlineData(CounterKind.Bits32, 4294967290.0, 14.0, "2")]
    [InlineData(CounterKind.Bits32, 70000.0, 30.0, "3")]
    public void A_rate_is_the_change_per_second(CounterKind counter, double first, double second, string expected) =>
        Assert.Equal([$"line speed={expected}"], Bench(counter).Scan(first).Advance(10.Seconds).Scan(second).Take());

    [Fact]
    public void Bad_values_are_bridged_and_what_is_no_number_says_so() =>
        Assert.Equal(
            ["line speed=-:BAD_COMM", "line speed=-:BAD_TYPE", "line speed=-:BAD_TYPE", "line speed=1"],
            Bench().Scan(10).Advance(5.Seconds).Scan(Quality.BadComm).Scan("fast").Scan(double.NaN).Advance(5.Seconds).Scan(20).Take());

    [Fact]
    public void A_step_of_the_clock_is_not_seen()
    {
        var fixture = Bench().Scan(0).Advance(10.Seconds);
        fixture.Time.StepWallClock(-1.0.Hours);
        Assert.Equal(["line speed=1"], fixture.Scan(10).Take());
    }

    [Fact]
    public void Times_of_the_device_count_where_it_gives_them()
    {
        var fixture = new PlanFixture(b => b.Tank.Scans.Only("level").Rate("level").To(b.Sink)).Advance(1.Hours);
        var noon = new DateTime(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);
        Assert.Equal(["tank level=0.5"], fixture.Tanks(noon, 10).Tanks(noon.AddSeconds(60), 40).Tanks(noon.AddSeconds(60), 41)
            .Tanks(noon, 42).Take());
    }

    [Fact]
    public void The_unit_becomes_one_per_second()
    {
        var units = new List<string>();
        new PlanFixture(b => b.Line.Scans.Only("speed", "running").Rate("speed").Where(s =>
        {
            foreach (var sample in s.Samples) units.Add(sample.Tag.Unit);
            return true;
        }).To(b.Sink)).Scan(1).Advance(1.Seconds).Scan(2);
        Assert.Equal(["", "1/min/s", ""], units);
    }

    private static PlanFixture Bench(CounterKind counter = CounterKind.None) =>
        new(b => b.Line.Scans.Only("speed").Rate("speed", counter).To(b.Sink));
}
