using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class OperatorTests
{
    [Fact]
    public void Only_keeps_names_and_patterns()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("temp", "valve_*").To(b.Sink));
        Assert.Equal(["line temp=20 valve_1=FALSE valve_2=FALSE"], bench.Scan(1.5).Take());
    }

    [Fact]
    public void Where_keeps_scans()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed").Where(s => s["speed"].Number > 2).To(b.Sink));
        Assert.Equal(["line speed=3"], bench.Scan(1).Scan(3).Take());
    }

    [Fact]
    public void Select_adds_a_tag_as_good_as_the_worst_it_read()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed", "temp").Select("both", s => s["speed"].Number + s["temp"].Number).To(b.Sink));
        Assert.Equal(["line speed=1 temp=20 both=21"], bench.Scan(1).Take());
        Assert.Equal(["line speed=-:BAD_RANGE temp=20 both=-:BAD_RANGE"], bench.Scan(Quality.BadRange).Take());
    }

    [Fact]
    public void Merged_flows_are_worked_on_device_by_device()
    {
        var bench = new PlanBench(b => b.Line.Scans.Merge(b.Tank.Scans).Only("temp").OnChange().To(b.Sink));
        Assert.Equal(["line temp=20", "tank temp=20"], bench.Scan(1).Push("tank", 5, 20.0).Scan(2).Push("tank", 6, 20.0).Take());
    }

    [Theory]
    [InlineData(10, "line speed=25")]
    [InlineData(0.5, "line speed=6")]
    [InlineData("text", "line speed=text")]
    public void Scale_multiplies_and_adds(object value, string expected) =>
        Assert.Equal([expected], new PlanBench(b => b.Line.Scans.Only("speed").Scale("speed", 2, 5).To(b.Sink)).Scan(value).Take());

    [Theory]
    [InlineData(0.0, "line speed=0")]
    [InlineData(25.0, "line speed=25")]
    [InlineData(25.1, "line speed=-:BAD_RANGE")]
    [InlineData(-0.1, "line speed=-:BAD_RANGE")]
    [InlineData(double.NaN, "line speed=-:BAD_RANGE")]
    public void Range_takes_values_outside_away(double value, string expected) =>
        Assert.Equal([expected], new PlanBench(b => b.Line.Scans.Only("speed").Range("speed", 0, 25).To(b.Sink)).Scan(value).Take());

    [Fact]
    public void Deadband_measures_from_what_was_let_through()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed").Deadband("speed", 1).To(b.Sink));
        Assert.Equal(["line speed=10", "line speed=11"], bench.Scan(10).Scan(10.6).Scan(10.9).Scan(11).Scan(11.9).Take());
        Assert.Equal(["line speed=-:BAD_COMM", "line speed=11"], bench.Scan(Quality.BadComm).Scan(Quality.BadComm).Scan(11).Take());
    }

    [Fact]
    public void OnChange_leaves_unchanged_tags_out_of_the_scan()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed", "running").OnChange().To(b.Sink));
        Assert.Equal(["line speed=1 running=TRUE", "line running=FALSE"], bench.Scan(1, running: true).Scan(1, running: true).Scan(1, running: false).Take());
    }

    [Fact]
    public void Renamed_tags_are_known_by_their_new_names_only()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed").Rename("speed", "v").Scale("v", 10, 0).Rename(n => n + "_ms").To(b.Sink));
        Assert.Equal(["line v_ms=20"], bench.Scan(2).Take());
    }

    [Theory]
    [InlineData(ValueKind.Int, 2.9, "line speed=2")]
    [InlineData(ValueKind.Text, 2.5, "line speed=2.5")]
    [InlineData(ValueKind.Bool, 2.5, "line speed=TRUE")]
    [InlineData(ValueKind.Int, "12", "line speed=12")]
    [InlineData(ValueKind.Int, "twelve", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Int, 1e30, "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.UInt, -1.0, "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Bool, "maybe", "line speed=-:BAD_TYPE")]
    public void Cast_turns_or_says_that_it_cannot(ValueKind kind, object value, string expected) =>
        Assert.Equal([expected], new PlanBench(b => b.Line.Scans.Only("speed").Cast("speed", kind).To(b.Sink)).Scan(value).Take());

    [Fact]
    public void Throttle_keeps_its_rhythm_when_scans_jitter()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed").Throttle(1.Seconds).To(b.Sink));
        foreach (var step in new[] { 0, 500, 510, 490, 500, 520 }) bench.Advance(step.Milliseconds).Scan(step);
        Assert.Equal(["line speed=0", "line speed=510", "line speed=500"], bench.Take());
    }

    [Fact]
    public void Every_repeats_the_latest_and_marks_what_was_not_renewed()
    {
        var bench = new PlanBench(b => b.Line.Scans.Only("speed").Every(10.Seconds).To(b.Sink));
        Assert.Empty(bench.Advance(10.Seconds).Take());
        Assert.Equal(["line speed=2"], bench.Scan(1).Advance(5.Seconds).Scan(2).Advance(5.Seconds).Take());
        Assert.Equal(["line speed=2:STALE"], bench.Advance(10.Seconds).Take());
    }

    [Fact]
    public void Silent_speaks_after_the_last_good_scan_and_says_why()
    {
        var bench = new PlanBench(b => b.Line.Silent(30.Seconds).Payload(s => new { plc = s.Device, quiet = (s.Time - s.Since).TotalSeconds, s.Reason }).To(b.Sink));
        Assert.Empty(bench.Advance(20.Seconds).Scan(1).Advance(29.Seconds).Take());
        Assert.Equal(["""{"plc":"line","quiet":60,"Reason":"no answer"}"""], bench.Scan(1).Advance(5.Seconds).Fail("no answer").Advance(25.Seconds).Take().Concat(bench.Advance(30.Seconds).Take()).Skip(1));
    }

    [Fact]
    public void Branches_do_not_see_each_others_changes()
    {
        var bench = new PlanBench(b =>
        {
            var speed = b.Line.Scans.Only("speed");
            speed.Scale("speed", 10).To(b.Sink);
            speed.Rename("speed", "raw").To(b.Sink);
            speed.To(b.Sink);
        });
        Assert.Equal(["line speed=20", "line raw=2", "line speed=2"], bench.Scan(2).Take());
    }

    [Fact]
    public void A_lambda_that_throws_costs_one_scan_on_its_branch()
    {
        var bench = new PlanBench(b =>
        {
            b.Line.Scans.Only("speed").Where(s => s["speed"].Int / (s["speed"].Int - 1) >= 0).To(b.Sink);
            b.Line.Scans.Only("temp").To(b.Sink);
        });
        Assert.Equal(["line temp=20", "line speed=2", "line temp=20"], bench.Scan(1).Scan(2).Take());
        Assert.IsType<DivideByZeroException>(Assert.Single(bench.Faults));
    }

    [Fact]
    public void Write_writes_what_good_tags_make_and_nothing_else()
    {
        var bench = new PlanBench(b => b.Line.Scans.Where(s => s["running"].Bool).Write(b.Tank, "level", s => s["speed"].Number < 0 ? Value.Null : s["speed"].Number * 2));
        bench.Scan(3).Advance(TimeSpan.FromSeconds(1)).Scan(4).Scan(Quality.BadRange).Scan(-1).Scan(5, running: false).Fail("no answer");
        var start = bench.Time.GetTimestamp() / bench.Time.TimestampFrequency;
        Assert.Equal([$"write 6 of {start - 1} s", $"write 8 of {start} s"], bench.Take());
    }
}
