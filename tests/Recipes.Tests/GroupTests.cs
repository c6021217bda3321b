using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class GroupTests
{
    private static readonly DateTime s_noon = new(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Tags_of_one_instant_become_one_payload()
    {
        var bench = new PlanBench(b => b.Tank.Scans.OnChange().GroupByTime(expect: 2, within: 10.Seconds).Payload(g => new { g.Time, v = g.Values }).To(b.Sink));
        bench.Tanks(s_noon, 1, 20.0);
        Assert.Equal(["""{"Time":"2025-12-31T12:00:00Z","v":{"level":1,"temp":20}}"""], bench.Take());
        Assert.Empty(bench.Tanks(s_noon.AddSeconds(1), 2, 20.0).Tanks(s_noon.AddSeconds(2), 2, 21.0).Take());
        Assert.Empty(bench.Advance(10.Seconds).Take());
        Assert.Equal("only 1 of at least 2 values of 2025-12-31T12:00:01.0000000Z came in time from tank: level", bench.Faults[0].Message);
        Assert.Equal(2, bench.Faults.Count);
    }

    [Fact]
    public void Scans_are_grouped_by_the_time_and_key_they_carry()
    {
        var bench = Sensors(3, 2);
        bench.Push("tank", 100, 1.0).Push("tank", 101, 9.0).Push("tank", 100, 2.0).Push("tank", 100, Quality.BadComm).Push("tank", 100, 3.0);
        Assert.Equal(["""{"ts":100,"all":true,"v":{"k1":1,"k2":2,"k3":3}}"""], bench.Take());
    }

    [Fact]
    public void When_time_is_up_enough_are_enough_and_latecomers_make_no_second_group()
    {
        var bench = Sensors(3, 2).Push("tank", 100, 1.0).Push("tank", 100, 2.0).Advance(59.Seconds);
        Assert.Empty(bench.Take());
        Assert.Equal(["""{"ts":100,"all":false,"v":{"k1":1,"k2":2}}"""], bench.Advance(1.Seconds).Take());
        Assert.Empty(bench.Push("tank", 100, 3.0).Push("tank", 100, 4.0).Push("tank", 100, 5.0).Advance(2.Minutes).Take());
        Assert.Empty(bench.Faults);
    }

    [Fact]
    public void A_time_that_is_never_the_same_does_not_fill_the_memory()
    {
        var bench = Sensors(3, 2);
        for (var i = 0; i < 250; i++) bench.Push("tank", i, 1.0);
        Assert.Equal(150, bench.Faults.Count);
    }

    private static PlanBench Sensors(int expect, int atLeast) => new(b => b.Tank.Scans
        .GroupByTime(s => DateTime.UnixEpoch.AddSeconds(s["level"].Number), key: s => $"k{s["temp"]}", value: s => s["temp"], expect, 60.Seconds, atLeast)
        .Payload(g => new { ts = g.Time.ToUnixSeconds(), all = g.IsComplete, v = g.Values }).To(b.Sink));
}
