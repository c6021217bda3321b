using System.Text.Json.Nodes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class AlarmTests
{
    [Fact]
    public void An_alarm_has_a_record_at_its_start_and_one_with_the_same_id_at_its_end()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Alarm("temp", above: 80, clear: 75).To(b.Sink));
        fixture.Scan(1, 80.0).Advance(1.Seconds).Scan(1, 81.5);
        var start = Assert.Single(fixture.Take());
        var id = Id(start);
        Assert.Equal(16, id.Length);
        Assert.Equal(
            $$"""{"id":"{{id}}","device":"line","tag":"temp","active":true,"time":"2026-01-01T00:00:01Z","start":"2026-01-01T00:00:01Z","duration":0,"value":81.5}""",
            start);
        Assert.Empty(fixture.Advance(1.Seconds).Scan(1, 90.0).Advance(1.Seconds).Scan(1, 75.5).Take());
        Assert.Equal(
            [$$"""{"id":"{{id}}","device":"line","tag":"temp","active":false,"time":"2026-01-01T00:00:04Z","start":"2026-01-01T00:00:01Z","duration":3,"value":75}"""],
            fixture.Advance(1.Seconds).Scan(1, 75.0).Take());
        Assert.NotEqual(id, Id(fixture.Advance(1.Seconds).Scan(1, 81.0).Take()[0]));
    }

    [Fact]
    public void An_alarm_with_a_delay_starts_when_its_condition_was_true_without_interruption()
    {
        var fixture = Delayed();
        foreach (object temp in new object[] { 81.0, 82.0, 79.0, 81.0, 83.0 }) fixture.Scan(1, temp).Advance(4.Seconds);
        Assert.Empty(fixture.Take());
        fixture.Advance(2.Seconds).Scan(1, 84.0);
        Assert.Equal(["True 22 12 10 84"], Take(fixture));

        // The value is back below the limit, but not yet at the end of the alarm.
        Assert.Empty(Take(fixture.Advance(1.Seconds).Scan(1, 76.0)));
        Assert.Equal(["False 24 12 12 70"], Take(fixture.Advance(1.Seconds).Scan(1, 70.0)));
    }

    [Fact]
    public void Without_another_sample_the_last_value_counts()
    {
        Assert.Equal(["True 10 0 10 81"], Take(Delayed().Scan(1, 81.0).Advance(11.Seconds)));

        // A sample at the end of the delay comes first.
        Assert.Empty(Take(Delayed().Scan(1, 81.0).Advance(10.Seconds).Scan(1, 70.0).Advance(60.Seconds)));
    }

    [Fact]
    public void Bad_values_neither_start_nor_end_an_alarm()
    {
        var fixture = Delayed().Scan(1, 81.0).Advance(5.Seconds).Scan(1, Quality.BadComm).Advance(60.Seconds);
        Assert.Empty(Take(fixture));
        Assert.Equal(["True 65 0 65 82"], Take(fixture.Scan(1, 82.0)));
        Assert.Empty(Take(fixture.Advance(1.Seconds).Scan(1, Quality.BadComm).Scan(1, "hot")));
        Assert.Equal(["False 67 0 67 60"], Take(fixture.Advance(1.Seconds).Scan(1, 60.0)));
    }

    [Theory]
    [InlineData("3", 2, 3, 3, 4)]
    [InlineData("3", 2.0, 3.0, 3.0, 2.9)]
    [InlineData("FAULT", "RUN", "FAULT", "FAULT", "STOP")]
    [InlineData("FALSE", true, false, false, true)]
    public void An_alarm_lasts_while_a_tag_has_a_value(string value, params object[] values)
    {
        Value equals = value == "FALSE" ? false : int.TryParse(value, out var number) ? number : value;
        var fixture = new PlanFixture(b => b.Line.Scans.Alarm("speed", equals: equals).To(b.Sink));
        foreach (var speed in values) fixture.Scan(speed).Advance(1.Seconds);
        Assert.Equal(["True 1 1 0", "False 3 1 2"], Take(fixture).Select(t => t[..t.LastIndexOf(' ')]));
    }

    [Fact]
    public void Without_a_condition_TRUE_is_the_alarm_and_each_tag_has_its_own()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Alarm("valve_*").Payload(a => new { a.Tag, a.IsActive }).To(b.Sink));
        fixture.Scan(1, valve1: true).Scan(1, valve1: true, valve2: true).Scan(1, valve2: true);
        Assert.Equal(
            ["""{"Tag":"valve_1","IsActive":true}""", """{"Tag":"valve_2","IsActive":true}""", """{"Tag":"valve_1","IsActive":false}"""],
            fixture.Take());
    }

    [Fact]
    public void The_delay_and_the_duration_do_not_notice_that_the_clock_is_set()
    {
        var fixture = Delayed().Scan(1, 81.0).Advance(5.Seconds);
        fixture.Time.StepWallClock(1.Hours);
        Assert.Empty(Take(fixture.Scan(1, 81.0)));
        var start = fixture.Advance(5.Seconds).Scan(1, 81.0).Take();
        Assert.Equal("10", $"{JsonNode.Parse(Assert.Single(start))!["duration"]}");
    }

    [Fact]
    public void Times_of_the_device_count_where_it_gives_them()
    {
        var fixture = new PlanFixture(b => b.Tank.Scans.Alarm("level", above: 80, after: 10.Seconds).To(b.Sink));
        var noon = new DateTime(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);
        fixture.Tanks(noon, 90).Tanks(noon.AddSeconds(30), 91).Tanks(noon.AddSeconds(40), 10);
        Assert.Equal(
            ["2025-12-31T12:00:30Z 30", "2025-12-31T12:00:40Z 40"],
            fixture.Take().Select(t => JsonNode.Parse(t)!).Select(t => $"{t["time"]} {t["duration"]}"));
    }

    [Fact]
    public void An_alarm_that_lasts_keeps_its_id_over_a_reload_and_a_delay_goes_on()
    {
        var fixture = Delayed().Scan(1, 81.0).Advance(6.Seconds);
        var pending = fixture.Reload(b => Recipe(b));
        Assert.Equal("carried=1", pending.Carried);
        var start = Assert.Single(pending.Advance(5.Seconds).Take());
        var raised = pending.Reload(b => Recipe(b));
        var end = Assert.Single(raised.Scan(1, 60.0).Take());
        Assert.Equal(Id(start), Id(end));
        Assert.Contains("\"duration\":11", end, StringComparison.Ordinal);

        // The id follows from the alarm: another host that sees the same gives the same id.
        Assert.Equal(Id(start), Id(Assert.Single(Delayed().Scan(1, 81.0).Advance(11.Seconds).Take())));
        Assert.NotEqual(
            Id(start),
            Id(Assert.Single(new PlanFixture(b => b.Line.Scans.Alarm("temp", above: 79, after: 10.Seconds).To(b.Sink))
                .Scan(1, 81.0).Advance(11.Seconds).Take())));
    }

    [Fact]
    public void A_delay_that_ended_while_the_host_was_stopped_is_decided_by_the_next_sample()
    {
        var fixture = Delayed().Scan(1, 81.0).Advance(6.Seconds);
        var state = fixture.Plan.Save();
        fixture.Time.Advance(60.Seconds);
        foreach (var (value, expected) in new[] { (79.0, Array.Empty<string>()), (81.0, ["True 66 0 66 81"]) })
        {
            var restarted = new PlanFixture(b => { }, fixture).Reload(b => Recipe(b));
            restarted.Plan.Load(state);
            restarted.Plan.Tick();
            Assert.Empty(Take(restarted));
            Assert.Equal(expected, Take(restarted.Scan(1, value)));
        }
    }

    private static PlanFixture Delayed() => new(b => Recipe(b));

    private static void Recipe(PlanFixture b) => b.Line.Scans.Alarm("temp", above: 80, clear: 75, after: 10.Seconds).To(b.Sink);

    private static string Id(string json) => (string)JsonNode.Parse(json)!["id"]!;

    /// <summary>Returns each record as active, seconds of time and start, duration and value.</summary>
    private static string[] Take(PlanFixture fixture) =>
    [
        .. fixture.Take().Select(json => JsonNode.Parse(json)!).Select(a =>
            $"{(bool)a["active"]!} {Seconds(a["time"]!)} {Seconds(a["start"]!)} {a["duration"]} {a["value"]}"),
    ];

    private static double Seconds(JsonNode time) =>
        ((DateTime)time - new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalSeconds;
}
