using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class WindowTests
{
    [Theory]
    [InlineData("Mean", "line speed=3")]
    [InlineData("Min", "line speed=1")]
    [InlineData("Max", "line speed=6")]
    [InlineData("First", "line speed=2")]
    [InlineData("Last", "line speed=1")]
    [InlineData("Count", "line speed=3")]
    public void A_window_makes_one_scan_of_its_good_values(string aggregate, string expected)
    {
        var fixture = Bench(w => Apply(w, aggregate, "speed"));
        foreach (object speed in new object[] { 2, Quality.BadComm, 6, 1 }) fixture.Scan(speed).Advance(10.Seconds);
        Assert.Equal([expected], fixture.Advance(20.Seconds).Take());
    }

    [Theory]
    [InlineData("Mean", "line speed=-:BAD_COMM temp=-:BAD_TYPE running=-:STALE")]
    [InlineData("Last", "line speed=-:BAD_COMM temp=hot running=-:STALE")]
    [InlineData("Count", "line speed=0 temp=2 running=0")]
    public void Without_good_values_the_last_reason_is_told(string aggregate, string expected)
    {
        var fixture =
            new PlanFixture(b => Apply(b.Line.Scans.OnChange("running").Window(10.Seconds), aggregate, "speed", "temp", "running")
                .To(b.Sink));
        fixture.Scan(1).Advance(10.Seconds).Take();
        Assert.Equal([expected], fixture.Scan(Quality.BadRange, "hot").Scan(Quality.BadComm, "hot").Advance(10.Seconds).Take());
    }

    [Fact]
    public void Windows_begin_at_full_minutes_and_a_scan_on_the_boundary_opens_the_next()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Window(1.Minutes).Count()
            .Payload(s => new { s.Time, n = s["speed"] }).To(b.Sink)).Advance(45.Seconds);
        for (var i = 0; i < 90; i++) fixture.Scan(i).Advance(1.Seconds);
        Assert.Equal(["""{"Time":"2026-01-01T00:00:00Z","n":15}""", """{"Time":"2026-01-01T00:01:00Z","n":60}"""], fixture.Take());
        Assert.Equal(["""{"Time":"2026-01-01T00:02:00Z","n":15}""", """{"Time":"2026-01-01T00:03:00Z","n":0}"""],
            fixture.Advance(105.Seconds).Take());
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(20)]
    [InlineData(-20)]
    [InlineData(-0.001)]
    public void A_step_of_the_clock_bends_one_window_only(double step)
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Window(1.Minutes).Count()
            .Payload(s => new { s.Time.Second, n = s["speed"] }).To(b.Sink)).Scan(0);
        fixture.Advance(30.Seconds);
        fixture.Time.StepWallClock(TimeSpan.FromSeconds(step));
        for (var i = 0; i < 300; i++) fixture.Scan(i).Advance(1.Seconds);
        var counts = fixture.Take();
        Assert.Equal("""{"Second":0,"n":31}""", counts[0]);
        Assert.All(counts.Skip(2), c => Assert.Equal("""{"Second":0,"n":60}""", c));
        Assert.InRange(int.Parse(counts[1].Split(':')[2].TrimEnd('}')), 30, 90);
    }

    [Fact]
    public void A_bool_gives_the_share_of_true() =>
        Assert.Equal(["line running=0.75"], new PlanFixture(b => b.Line.Scans.Window(4.Seconds).Mean("running").To(b.Sink))
            .Scan(1).Scan(1).Scan(1, running: false).Scan(1).Advance(4.Seconds).Take());

    private static PlanFixture Bench(Func<WindowFlow, ScanFlow> make) => new(b => make(b.Line.Scans.Window(1.Minutes)).To(b.Sink));

    private static ScanFlow Apply(WindowFlow window, string aggregate, params string[] tags) => aggregate switch
    {
        "Mean" => window.Mean(tags),
        "Min" => window.Min(tags),
        "Max" => window.Max(tags),
        "First" => window.First(tags),
        "Last" => window.Last(tags),
        _ => window.Count(tags),
    };
}
