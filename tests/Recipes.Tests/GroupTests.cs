using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;

namespace PlantRuntime.Recipes.Tests;

public class GroupTests
{
    private static readonly DateTime s_noon = new(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Tags_of_one_instant_become_one_payload()
    {
        var fixture =
            new PlanFixture(b => b.Tank.Scans.OnChange().GroupByTime(expect: 2, within: 10.Seconds)
                .Payload(g => new { g.Time, v = g.Values }).To(b.Sink));
        fixture.Tanks(s_noon, 1, 20.0);
        Assert.Equal(["""{"Time":"2025-12-31T12:00:00Z","v":{"level":1,"temp":20}}"""], fixture.Take());
        Assert.Empty(fixture.Tanks(s_noon.AddSeconds(1), 2, 20.0).Tanks(s_noon.AddSeconds(2), 2, 21.0).Take());
        Assert.Empty(fixture.Advance(10.Seconds).Take());
        Assert.Equal("only 1 of at least 2 values of 2025-12-31T12:00:01.0000000Z came in time from tank: level; missing: temp",
            fixture.Faults[0].Message);
        Assert.Equal(2, fixture.Faults.Count);
    }

    [Fact]
    public void Scans_are_grouped_by_the_time_and_key_they_carry()
    {
        var fixture = Sensors(3, 2);
        fixture.Push("tank", 100, 1.0).Push("tank", 101, 9.0).Push("tank", 100, 2.0).Push("tank", 100, Quality.BadComm)
            .Push("tank", 100, 3.0);
        Assert.Equal(["""{"ts":100,"all":true,"v":{"k1":1,"k2":2,"k3":3}}"""], fixture.Take());
    }

    [Fact]
    public void When_time_is_up_enough_are_enough_and_latecomers_make_no_second_group()
    {
        var fixture = Sensors(3, 2).Push("tank", 100, 1.0).Push("tank", 100, 2.0).Advance(59.Seconds);
        Assert.Empty(fixture.Take());
        Assert.Equal(["""{"ts":100,"all":false,"v":{"k1":1,"k2":2}}"""], fixture.Advance(1.Seconds).Take());
        Assert.Empty(fixture.Push("tank", 100, 3.0).Push("tank", 100, 4.0).Push("tank", 100, 5.0).Advance(2.Minutes).Take());
        Assert.Equal(["k3", "k4", "k5"], fixture.Faults.Select(f => f.Message.Split(' ')[0]));
        Assert.Contains("came after its group was closed", fixture.Faults[0].Message, StringComparison.Ordinal);
        var counters = Assert.Single(fixture.Plan.Groups);
        Assert.Equal((0, 1, 0, 3, 0), (counters.Complete, counters.Partial, counters.Incomplete, counters.Late, counters.Open));

        // The time is forgotten: a value opens a group again.
        fixture.Push("tank", 100, 6.0);
        Assert.Equal(1, counters.Open);
    }

    [Fact]
    public void A_time_that_is_never_the_same_does_not_fill_the_memory()
    {
        var fixture = Sensors(3, 2);
        for (var i = 0; i < GroupCollector.MaxOpen + 50; i++) fixture.Push("tank", i, 1.0);
        Assert.Equal(50, fixture.Faults.Count);
        Assert.Equal((50, GroupCollector.MaxOpen), (fixture.Plan.Groups[0].Incomplete, fixture.Plan.Groups[0].Open));
    }

    [Fact]
    public void Thousands_of_open_groups_are_completed_in_any_order()
    {
        const int Groups = 5000;
        var fixture = Sensors(3, 3);
        foreach (var key in new[] { 1.0, 2.0, 3.0 })
        {
            for (var i = 0; i < Groups; i++) fixture.Push("tank", key == 2.0 ? Groups - 1 - i : i, key);
        }

        Assert.Equal(Groups, fixture.Take().Count());
        Assert.Equal((Groups, 0, 0), (fixture.Plan.Groups[0].Complete, fixture.Plan.Groups[0].Late, fixture.Plan.Groups[0].Open));
    }

    [Fact]
    public void Devices_of_a_merged_flow_share_the_groups_and_the_missing_are_named()
    {
        var fixture = new PlanFixture(b => b.Tank.Scans.Merge(b.Line.Scans.Only("speed", "temp"))
            .GroupByTime(expect: 4, within: 10.Seconds, atLeast: 2)
            .Payload(g => new { v = g.Values, missing = g.Missing.ToArray() }).To(b.Sink));
        fixture.Tanks(s_noon, 1, 20.0).ScanOf(s_noon, 5.0);
        fixture.Tanks(s_noon.AddSeconds(1), 2, 21.0);
        Assert.Equal(["""{"v":{"level":1,"tank.temp":20,"speed":5,"line.temp":20},"missing":[]}"""], fixture.Take());
        Assert.Equal(["""{"v":{"level":2,"tank.temp":21},"missing":["speed","line.temp"]}"""], fixture.Advance(10.Seconds).Take());
    }

    [Fact]
    public void Open_and_closed_groups_are_carried_over_a_reload()
    {
        Action<PlanFixture> recipe = b => b.Tank.Scans.Merge(b.Line.Scans.Only("speed"))
            .GroupByTime(expect: 3, within: 10.Seconds).Payload(g => new { v = g.Values }).To(b.Sink);
        var before = new PlanFixture(recipe).Tanks(s_noon, 1).ScanOf(s_noon, 5.0).Tanks(s_noon.AddSeconds(1), 2);
        Assert.Single(before.Take());
        var after = new PlanFixture(recipe, before);
        Assert.Equal(1, after.Plan.Groups[0].Open);
        after.ScanOf(s_noon, 6.0).ScanOf(s_noon.AddSeconds(1), 7.0);
        Assert.Equal(["""{"v":{"level":2,"temp":20,"speed":7}}"""], after.Take());
        Assert.Equal((1, 1), (after.Plan.Groups[0].Late, after.Plan.Groups[0].Complete));
    }

    private static PlanFixture Sensors(int expect, int atLeast) => new(b => b.Tank.Scans
        .GroupByTime(s => DateTime.UnixEpoch.AddSeconds(s["level"].Number), key: s => $"k{s["temp"]}", value: s => s["temp"], expect,
            60.Seconds, atLeast)
        .Payload(g => new { ts = g.Time.ToUnixSeconds(), all = g.IsComplete, v = g.Values }).To(b.Sink));
}
