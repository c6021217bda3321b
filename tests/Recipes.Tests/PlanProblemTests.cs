using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Tests;

public class PlanProblemTests
{
    [Fact]
    public void Every_mistake_is_reported_at_once_with_what_was_meant()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Only("sped").To(b.Sink);
            b.Line.Scans.Range("temp", 5, 1).Deadband("speed", 0).Throttle(TimeSpan.Zero).To(b.Sink);
            b.Line.Scans.Select("temp", _ => 1).To(b.Sink);
            b.Line.Scans.Rename("speed", "temp").To(b.Sink);
            b.Line.Scans.Payload(_ => 5).To(b.Sink);
            b.Line.Scans.Payload(_ => new { wait = Task.CompletedTask }).To();
            b.Line.Scans.Write(b.Tank, "levl", _ => 1);
            b.Line.Scans.Write(b.Tank, "temp", _ => 1);
            b.Line.Scans.Only("temp");
        });
        Assert.Equal(
            [
                "no tag \"sped\" in device line: did you mean \"speed\"?",
                "a range is from low to high, not from 5 to 1",
                "a deadband is greater than 0; use OnChange for every change",
                "an interval is greater than zero, for instance 1.Seconds, not 00:00:00",
                "there is already a tag \"temp\": give the computed tag another name",
                "after this Rename two tags of device line have the name \"temp\"",
                "a payload is a JSON object: new { name = value, … } or a dictionary",
                "To needs a sink",
                "no tag \"levl\" in device tank: did you mean \"level\"?",
                "tank.temp may not be written",
                "this flow has no output: end it with .To(Sinks…)",
            ],
            fixture.Problems);
    }

    [Fact]
    public void Operators_with_state_check_what_they_are_given()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Window(TimeSpan.Zero).Mean("sped").To(b.Sink);
            b.Line.Scans.Ewma("temp", 1.5).Ewma("temp", TimeSpan.Zero).To(b.Sink);
            b.Line.Scans.Rename("speed", "temp_anomaly").Anomaly("temp", 0, 0.1).To(b.Sink);
            b.Line.Scans.Events("temp", above: 80, clear: 85).To(b.Sink);
            b.Line.Scans.Events("temp", above: 80, below: 70).To(b.Sink);
            b.Line.Scans.Events("temp", clear: 70).To(b.Sink);
            b.Line.Scans.GroupByTime(expect: 2, within: 1.Seconds, atLeast: 3).Payload(g => new { g.Values }).To(b.Sink);
            b.Line.Scans.Events().Where(e => e.Tag == "running");
        });
        Assert.Equal(
            [
                "an interval is greater than zero, for instance 1.Seconds, not 00:00:00",
                "no tag \"sped\" in device line: did you mean \"speed\"?",
                "alpha is greater than 0 and at most 1, not 1.5",
                "an interval is greater than zero, for instance 1.Seconds, not 00:00:00",
                "sigma is greater than 0, for instance sigma: 4",
                "there is already a tag \"temp_anomaly\": use Rename before Anomaly",
                "clear must not be greater than above or less than below",
                "an event is above or below a limit: for both, use Events twice",
                "clear requires above or below: an event ends at this number",
                "expect is at least 1, and atLeast is between 1 and expect",
                "this flow has no output: end it with .To(Sinks…)",
            ],
            fixture.Problems);
    }

    [Fact]
    public void A_tag_that_one_of_merged_devices_lacks_is_found_without_a_scan()
    {
        var fixture = new PlanFixture(b =>
        {
            var both = b.Line.Scans.Merge(b.Tank.Scans);
            both.OnChange("temp").Where(s => s["level"].Number >= 0).To(b.Sink);
            both.Window(1.Minutes).Mean().Payload(s => new { v = s["speed"] }).To(b.Sink);
            both.Rate("temp").Select("twice", s => s["valve_1"].Number * 2).To(b.Sink);
            both.Throttle(1.Minutes).Fold(0, (n, s) => s["valve_2"].Bool ? n : n + 1).Payload(n => new { n }).To(b.Sink);
            b.Line.Scans.Only("speed").Join(b.Tank.Scans.Only("level"), 1.Seconds).Where(s => s["levl"].Number > 0).To(b.Sink);
            b.Line.Scans.Join(b.Tank.Scans, 1.Seconds).Where(s => s["temp"].Number > 0).To(b.Sink);

            // These know their device.
            both.Where(s => s.Device == "tank").OnChange().Payload(s => new { l = s["level"] }).To(b.Sink);
            both.Only("level").OnChange().Payload(s => new { l = s["level"] }).To(b.Sink);
            both.Every(1.Minutes).Payload(s => new { s.Values, t = s["temp"] }).To(b.Sink);
        });
        foreach (var source in fixture.Plan.Sources.Values) source.Probe(Node.CreateTrial(source.Schema, DateTime.UnixEpoch, 0));
        Assert.Equal(
            [
                "no tag \"level\" in device line",
                "no tag \"levl\" in device line+tank: did you mean \"level\"?",
                "no tag \"speed\" in device tank",
                "no tag \"temp\" in device line+tank: both joined devices have it, so it is called \"line.temp\" or \"tank.temp\"",
                "no tag \"valve_1\" in device tank",
                "no tag \"valve_2\" in device tank",
            ],
            fixture.Faults.Select(f => Assert.IsType<UnknownTagException>(f).Message).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void New_operators_check_what_they_are_given()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Alarm("temp", above: 80, equals: 3).To(b.Sink);
            b.Line.Scans.Alarm("temp", above: 80, below: 70, after: -1.Seconds).To(b.Sink);
            b.Line.Scans.Increase("speed", wraps: 0).Round("speed", 16).To(b.Sink);
            b.Line.Scans.Alarm("sped").Where(a => a.IsActive);
            b.Line.Scans.Join(b.Tank.Scans, 1.Seconds);
        });
        Assert.Equal(
            [
                "an alarm has one condition: above, below or equals",
                "an alarm is above or below a limit: for both, use Alarm twice",
                "after is a duration, for instance after: 10.Seconds, not -00:00:01",
                "wraps is the number of values of a counter, for instance 65536, not 0",
                "decimals is 0 to 15, not 16",
                "no tag \"sped\" in device line: did you mean \"speed\"?",
                "this flow has no output: end it with .To(Sinks…)",
                "this flow has no output: end it with .To(Sinks…)",
            ],
            fixture.Problems);
    }

    [Fact]
    public void A_problem_names_the_line_that_made_it()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("sped").To(b.Sink));
        var problem = Assert.Single(fixture.Builder.Problems);
        Assert.EndsWith("PlanProblemTests.cs", problem.File);
        Assert.True(problem.Line > 0 && problem.Column > 0);
        Assert.Equal("sped", problem.Word);
    }
}
