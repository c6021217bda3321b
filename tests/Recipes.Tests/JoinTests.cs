using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class JoinTests
{
    private static readonly DateTime s_noon = new(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Scans_of_two_devices_that_are_near_in_time_are_one_row()
    {
        var fixture = Bench();
        Assert.Empty(fixture.Scan(1).Take());
        Assert.Equal(["line+tank speed=1 line.temp=20 level=5 tank.temp=8"], fixture.Advance(1.Seconds).Push("tank", 5, 8).Take());

        // The tank's scan was used; the line's next one is too late for it in any case.
        Assert.Empty(fixture.Advance(1.Seconds).Scan(2).Take());
        Assert.Empty(fixture.Advance(3.Seconds).Push("tank", 6, 8).Take());
        Assert.Equal(["line+tank speed=3 line.temp=20 level=6 tank.temp=8"], fixture.Scan(3).Take());
    }

    [Fact]
    public void Of_several_the_nearest_is_joined_and_earlier_ones_are_dropped()
    {
        var fixture = Bench();
        for (var i = 0; i < 10; i++) fixture.Scan(i).Advance(1.Seconds);
        Assert.Equal(["line+tank speed=9 line.temp=20 level=5 tank.temp=8"], fixture.Push("tank", 5, 8).Take());
        Assert.Empty(fixture.Push("tank", 6, 8).Take());
    }

    [Fact]
    public void Times_of_the_device_count_where_both_give_them()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Join(b.Line.Scans.Only("temp").Rename(n => $"{n}_2"), 1.Seconds)
            .Payload(s => new { s.Time, speed = s["speed"], temp = s["temp_2"] }).To(b.Sink));
        Assert.Equal(["""{"Time":"2025-12-31T12:00:00Z","speed":1,"temp":20}"""], fixture.ScanOf(s_noon, 1).Take());
    }

    [Fact]
    public void A_backlog_with_times_of_the_device_is_joined_by_them()
    {
        // Half a minute of messages of one device comes before those of the other.
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Where(s => s["speed"].Number < 100)
            .Join(b.Line.Scans.Only("speed").Where(s => s["speed"].Number >= 100).Rename("speed", "other"), 1.Seconds)
            .Rename(n => n).Only("speed", "other").To(b.Sink));
        for (var i = 0; i < 3; i++) fixture.ScanOf(s_noon.AddSeconds(10 * i), i);
        for (var i = 0; i < 3; i++) fixture.ScanOf(s_noon.AddSeconds((10 * i) + 1), 100 + i);
        Assert.Equal(["line speed=0 other=100", "line speed=1 other=101", "line speed=2 other=102"], fixture.Take());
    }

    [Fact]
    public void The_clock_is_not_noticed_and_a_failed_scan_is_a_row_of_bad_values()
    {
        var fixture = Bench().Scan(1);
        fixture.Time.StepWallClock(1.Hours);
        Assert.Single(fixture.Advance(1.Seconds).Push("tank", 5, 8).Take());
        Assert.Empty(fixture.Fail("no answer").Take());
        Assert.Equal(["line+tank speed=-:BAD_COMM line.temp=-:BAD_COMM level=5 tank.temp=8"], fixture.Push("tank", 5, 8).Take());
    }

    [Fact]
    public void A_row_has_the_time_of_the_first_flow_and_operators_after_it_measure_time_without_the_clock()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Join(b.Tank.Scans.Only("level"), 2.Seconds)
            .Rate("level").Payload(s => new { s.Time, s.Number, speed = s["speed"], level = s["level"] }).To(b.Sink));
        fixture.Scan(1).Advance(1.Seconds).Push("tank", 5, 8).Advance(9.Seconds);
        fixture.Time.StepWallClock(1.Hours);
        Assert.Equal(
            ["""{"Time":"2026-01-01T00:00:00Z","Number":1,"speed":1,"level":null}""",
                """{"Time":"2026-01-01T01:00:10Z","Number":2,"speed":2,"level":1.5}"""],
            fixture.Scan(2).Advance(1.Seconds).Push("tank", 20, 8).Take());
    }

    [Fact]
    public void Scans_that_wait_are_carried_over_a_reload()
    {
        var fixture = Bench().Scan(1).Advance(1.Seconds);
        var next = fixture.Reload(Recipe);
        Assert.Equal("carried=1", next.Carried);
        Assert.Equal(["line+tank speed=1 line.temp=20 level=5 tank.temp=8"], next.Push("tank", 5, 8).Take());
    }

    [Fact]
    public void A_device_that_is_lost_costs_no_memory()
    {
        var fixture = Bench();
        for (var i = 0; i < 1000; i++) fixture.Scan(i).Advance(1.Seconds);
        Assert.InRange(fixture.Plan.Save().Operators[0].Bytes.Length, 1, 1000);
    }

    [Fact]
    public void Windows_of_one_device_are_joined_to_one_row()
    {
        var fixture = new PlanFixture(b =>
        {
            var hour = b.Line.Scans.Window(1.Hours);
            hour.TimeMean("running").Join(hour.Max("temp"), 1.Seconds)
                .Payload(s => new { s.Time, s.WindowLength, r = s["running"], t = s["temp"] }).To(b.Sink);
        });
        fixture.Scan(1, 70.0).Advance(30.Minutes).Scan(1, 80.0, running: false).Advance(30.Minutes);
        Assert.Equal(["""{"Time":"2026-01-01T00:00:00Z","WindowLength":3600,"r":0.5,"t":80}"""], fixture.Take());
    }

    [Fact]
    public void After_a_merge_and_for_equal_names_a_join_is_refused()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Merge(b.Tank.Scans).Join(b.Tank.Scans, 1.Seconds).To(b.Sink);
            b.Line.Scans.Join(b.Line.Scans.Only("temp"), TimeSpan.Zero).To(b.Sink);
        });
        Assert.Equal(
            [
                "Join cannot know which device of a Merge a scan is to be joined with: join the flows of two devices, and merge then",
                "an interval is greater than zero, for instance 1.Seconds, not 00:00:00",
                "after this Join two tags have the name \"line.speed\": use Rename or Only before it",
            ],
            fixture.Problems);
    }

    private static PlanFixture Bench() => new(Recipe);

    private static void Recipe(PlanFixture b) =>
        b.Line.Scans.Only("speed", "temp").Join(b.Tank.Scans, 2.Seconds).To(b.Sink);
}
