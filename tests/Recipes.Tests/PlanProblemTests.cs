namespace PlantRuntime.Recipes.Tests;

public class PlanProblemTests
{
    [Fact]
    public void Every_mistake_is_reported_at_once_with_what_was_meant()
    {
        var bench = new PlanBench(b =>
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
                "a range goes from low to high, not from 5 to 1",
                "a deadband is greater than 0; for every change there is OnChange",
                "an interval is longer than zero, for instance 1.Seconds, not 00:00:00",
                "there is a tag \"temp\" already: give the computed one another name",
                "after this Rename two tags of device line are called \"temp\"",
                "a payload is a JSON object: new { name = value, … } or a dictionary",
                "To needs a sink",
                "no tag \"levl\" in device tank: did you mean \"level\"?",
                "tank.temp may not be written",
                "this flow goes nowhere: end it with .To(Sinks…)",
            ],
            bench.Problems);
    }

    [Fact]
    public void A_problem_names_the_line_that_made_it()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("sped").To(b.Sink));
        var problem = Assert.Single(bench.Builder.Problems);
        Assert.EndsWith("PlanProblemTests.cs", problem.File);
        Assert.True(problem.Line > 0 && problem.Column > 0);
        Assert.Equal("sped", problem.Word);
    }
}
