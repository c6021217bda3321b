using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class EventTests
{
    [Fact]
    public void Each_time_of_being_true_is_an_event()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("valve_*").Events().To(b.Sink));
        fixture.Scan(1).Advance(10.Seconds).Scan(1, valve1: true).Advance(5.Seconds).Scan(1, valve1: true, valve2: true)
            .Advance(2.5.Seconds);
        Assert.Empty(fixture.Take());
        Assert.Equal(
            ["""{"device":"line","tag":"valve_1","start":"2026-01-01T00:00:10Z","end":"2026-01-01T00:00:17.5Z","duration":7.5}"""],
            fixture.Scan(1, valve2: true).Take());
        Assert.Equal(["valve_2 2.5"], fixture.Scan(1).Take().Select(Short));
    }

    [Fact]
    public void A_limit_is_crossed_and_cleared_with_hysteresis()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Events("temp", above: 80, clear: 75).To(b.Sink));
        foreach (object temp in new object[] { 80.0, 81.0, 79.0, 80.5, 75.5, 75.0, 80.0, 70.0 }) fixture.Scan(1, temp).Advance(1.Seconds);
        Assert.Equal(["temp 4"], fixture.Take().Select(Short));
    }

    [Fact]
    public void A_lower_limit_works_the_other_way_round()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Events("temp", below: 10).To(b.Sink));
        foreach (object temp in new object[] { 10.0, 9.0, 9.9, double.NaN, 10.0, 11.0 }) fixture.Scan(1, temp).Advance(1.Seconds);
        Assert.Equal(["temp 3"], fixture.Take().Select(Short));
    }

    [Theory]
    [InlineData(false, "running 3")]
    [InlineData(true, "running 1", "running 1")]
    public void A_bad_value_ends_an_event_only_when_asked(bool endsWhenBad, params string[] expected)
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Events("running", endsWhenBad: endsWhenBad).To(b.Sink));
        foreach (object running in new object[] { Quality.BadComm, true, Quality.BadComm, true, false })
            fixture.Scan(1, running: running).Advance(1.Seconds);
        Assert.Equal(expected, fixture.Take().Select(Short));
    }

    [Fact]
    public void The_duration_is_right_when_the_clock_is_stepped()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Events("running").To(b.Sink)).Scan(1).Advance(30.Seconds);
        fixture.Time.StepWallClock(-1.0.Hours);
        Assert.Equal(
            ["""{"device":"line","tag":"running","start":"2026-01-01T00:00:00Z","end":"2025-12-31T23:00:30Z","duration":30}"""],
            fixture.Scan(1, running: false).Take());
    }

    [Fact]
    public void The_time_of_a_message_is_that_of_its_records_and_durations()
    {
        // Two messages of a backlog arrive at once; their own times are 90 s apart.
        var fixture = new PlanFixture(b => b.Line.Scans.Events("running").To(b.Sink));
        var at = new DateTime(2017, 6, 2, 12, 9, 5, DateTimeKind.Utc);
        fixture.ScanOf(at, 1).ScanOf(at.AddSeconds(90), 1, running: false);
        Assert.Equal(
            ["""{"device":"line","tag":"running","start":"2017-06-02T12:09:05Z","end":"2017-06-02T12:10:35Z","duration":90}"""],
            fixture.Take());
        fixture = new PlanFixture(b => b.Line.Scans.Payload(s => new { s.Time }).To(b.Sink)).ScanOf(at, 1);
        Assert.Equal(["""{"Time":"2017-06-02T12:09:05Z"}"""], fixture.Take());
    }

    [Fact]
    public void Events_are_shaped_and_chosen_as_all_else()
    {
        var fixture =
            new PlanFixture(b => b.Line.Scans.Events("running").Where(e => e.Duration > 5.Seconds)
                .Payload(e => new { e.Tag, s = e.Duration }).To(b.Sink));
        foreach (var seconds in new[] { 3, 8 }) fixture.Scan(1).Advance(seconds.Seconds).Scan(1, running: false);
        Assert.Equal(["""{"Tag":"running","s":8}"""], fixture.Take());
    }

    [Fact]
    public void Start_and_end_are_told_with_the_same_id()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Events("running", reportStart: true).To(b.Sink)).Scan(1);
        var start = Assert.Single(fixture.Take());
        var id = Member(start, "event_id");
        Assert.Equal(
            $$"""{"event_id":"{{id}}","previous_id":null,"device":"line","tag":"running","start":"2026-01-01T00:00:00Z","end":null,"duration":null}""",
            start);
        Assert.Equal(
            [$$"""{"event_id":"{{id}}","previous_id":null,"device":"line","tag":"running","start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:02Z","duration":2}"""],
            fixture.Scan(1).Advance(2.Seconds).Scan(1, running: false).Take());

        var next = Assert.Single(fixture.Scan(1).Take());
        Assert.NotEqual(id, Member(next, "event_id"));
        Assert.Equal(id, Member(next, "previous_id"));
        Assert.Equal(id.Split('-')[0], Member(next, "event_id").Split('-')[0]);
    }

    [Fact]
    public void Ids_differ_between_tags_and_operators_and_are_kept_by_a_reload()
    {
        var fixture = new PlanFixture(Recipe).Scan(1, 90.0, running: false, valve1: true, valve2: true);
        var ids = fixture.Take().Select(j => Member(j, "event_id")).ToArray();
        Assert.Equal(4, ids.Select(i => i.Split('-')[0]).Distinct().Count());

        var reloaded = fixture.Reload(Recipe);
        Assert.Empty(reloaded.Scan(1, 90.0, running: false, valve1: true, valve2: true).Take());
        Assert.Equal(ids.Order(), reloaded.Scan(1, 20.0, running: false).Take().Select(j => Member(j, "event_id")).Order());
        var again = Assert.Single(reloaded.Reload(Recipe).Scan(1, 20.0, running: false, valve1: true).Take());
        Assert.Contains(Member(again, "previous_id"), ids);

        static void Recipe(PlanFixture b)
        {
            b.Line.Scans.Events("valve_*", reportStart: true).To(b.Sink);
            b.Line.Scans.Events("temp", above: 80, reportStart: true).To(b.Sink);
            b.Line.Scans.Events("temp", above: 85, reportStart: true).To(b.Sink);
        }
    }

    private static string Member(string json, string name) => json.Split($"\"{name}\":\"")[1].Split('"')[0];

    private static string Short(string json) =>
        $"{json.Split("\"tag\":\"")[1].Split('"')[0]} {json.Split("\"duration\":")[1].TrimEnd('}')}";
}
