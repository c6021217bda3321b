using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class EwmaTests
{
    [Fact]
    public void Each_value_moves_the_mean_by_alpha() =>
        Assert.Equal(
            ["line speed=10", "line speed=12.5", "line speed=-:BAD_COMM", "line speed=14.375"],
            new PlanFixture(b => b.Line.Scans.Only("speed").Ewma("speed", 0.25).To(b.Sink)).Scan(10).Scan(20).Scan(Quality.BadComm).Scan(20)
                .Take());

    [Fact]
    public void After_a_half_life_the_old_mean_counts_half() =>
        Assert.Equal(
            ["line speed=10", "line speed=15", "line speed=16.25"],
            new PlanFixture(b => b.Line.Scans.Only("speed").Ewma("speed", 10.Seconds).To(b.Sink))
                .Scan(10).Advance(10.Seconds).Scan(20).Advance(20.Seconds).Scan(16.666666666666668).Take());

    [Fact]
    public void What_lies_far_off_the_mean_is_an_anomaly()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Anomaly("speed", sigma: 4, alpha: 0.1).Only("*_anomaly").To(b.Sink));
        for (var i = 0; i < 50; i++) fixture.Scan(100 + (i % 2));
        Assert.DoesNotContain(fixture.Take(), l => l.Contains("TRUE"));
        Assert.Equal(
            ["line speed_anomaly=TRUE", "line speed_anomaly=FALSE", "line speed_anomaly=-:BAD_COMM"],
            fixture.Scan(105).Scan(100).Scan(Quality.BadComm).Take());
    }

    [Fact]
    public void The_first_ten_values_are_no_anomaly()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Anomaly("speed", 3, 10.Seconds).Only("*_anomaly").To(b.Sink));
        for (var i = 0; i < 10; i++) fixture.Scan(i * i * i).Advance(1.Seconds);
        Assert.Equal(Enumerable.Repeat("line speed_anomaly=FALSE", 10), fixture.Take());
        Assert.Equal(["line speed_anomaly=TRUE"], fixture.Scan(100000).Take());
    }
}
