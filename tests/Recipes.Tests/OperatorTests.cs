using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class OperatorTests
{
    [Fact]
    public void Only_keeps_names_and_patterns()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("temp", "valve_*").To(b.Sink));
        Assert.Equal(["line temp=20 valve_1=FALSE valve_2=FALSE"], fixture.Scan(1.5).Take());
    }

    [Fact]
    public void Where_keeps_scans()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Where(s => s["speed"].Number > 2).To(b.Sink));
        Assert.Equal(["line speed=3"], fixture.Scan(1).Scan(3).Take());
    }

    [Fact]
    public void Select_adds_a_tag_as_good_as_the_worst_it_read()
    {
        var fixture =
            new PlanFixture(b => b.Line.Scans.Only("speed", "temp").Select("both", s => s["speed"].Number + s["temp"].Number).To(b.Sink));
        Assert.Equal(["line speed=1 temp=20 both=21"], fixture.Scan(1).Take());
        Assert.Equal(["line speed=-:BAD_RANGE temp=20 both=-:BAD_RANGE"], fixture.Scan(Quality.BadRange).Take());
    }

    [Fact]
    public void Merged_flows_are_worked_on_device_by_device()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Merge(b.Tank.Scans).Only("temp").OnChange().To(b.Sink));
        Assert.Equal(["line temp=20", "tank temp=20"], fixture.Scan(1).Push("tank", 5, 20.0).Scan(2).Push("tank", 6, 20.0).Take());
    }

    [Theory]
    [InlineData(10, "line speed=25")]
    [InlineData(0.5, "line speed=6")]
    [InlineData("text", "line speed=text")]
    public void Scale_multiplies_and_adds(object value, string expected) =>
        Assert.Equal([expected], new PlanFixture(b => b.Line.Scans.Only("speed").Scale("speed", 2, 5).To(b.Sink)).Scan(value).Take());

    [Theory]
    [InlineData(0.0, "line speed=0")]
    [InlineData(25.0, "line speed=25")]
    [InlineData(25.1, "line speed=-:BAD_RANGE")]
    [InlineData(-0.1, "line speed=-:BAD_RANGE")]
    [InlineData(double.NaN, "line speed=-:BAD_RANGE")]
    public void Range_takes_values_outside_away(double value, string expected) =>
        Assert.Equal([expected], new PlanFixture(b => b.Line.Scans.Only("speed").Range("speed", 0, 25).To(b.Sink)).Scan(value).Take());

    [Fact]
    public void Deadband_measures_from_what_was_let_through()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Deadband("speed", 1).To(b.Sink));
        Assert.Equal(["line speed=10", "line speed=11"], fixture.Scan(10).Scan(10.6).Scan(10.9).Scan(11).Scan(11.9).Take());
        Assert.Equal(["line speed=-:BAD_COMM", "line speed=11"], fixture.Scan(Quality.BadComm).Scan(Quality.BadComm).Scan(11).Take());
    }

    [Fact]
    public void OnChange_leaves_unchanged_tags_out_of_the_scan()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed", "running").OnChange().To(b.Sink));
        Assert.Equal(["line speed=1 running=TRUE", "line running=FALSE"], fixture.Scan(1, running: true).Scan(1, running: true)
            .Scan(1, running: false).Take());
    }

    [Fact]
    public void Renamed_tags_are_known_by_their_new_names_only()
    {
        var fixture =
            new PlanFixture(b => b.Line.Scans.Only("speed").Rename("speed", "v").Scale("v", 10, 0).Rename(n => n + "_ms").To(b.Sink));
        Assert.Equal(["line v_ms=20"], fixture.Scan(2).Take());
    }

    [Fact]
    public void Tags_are_named_by_values_of_their_scan()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Only("speed", "temp", "running").Named("room{speed}/{tag}").To(b.Sink);
            b.Line.Scans.Only("speed", "temp").Named("{speed}.degrees").To(b.Sink);
        });
        Assert.Equal(["line room7/temp=20 room7/running=TRUE", "line 7.degrees=20"], fixture.Scan(7).Take());
        Assert.Equal(["line room8/temp=20 room8/running=FALSE", "line 8.degrees=20"], fixture.Scan(8, running: false).Take());

        // Without a value for the name the scan is sent as it is.
        Assert.Equal(["line speed=-:BAD_COMM temp=20 running=TRUE", "line speed=-:BAD_COMM temp=20"], fixture.Scan(Quality.BadComm).Take());
    }

    [Theory]
    [InlineData("{speed", "\"{speed\" has a brace without its counterpart: expected for instance \"{room}_{tag}\"")]
    [InlineData("a}", "\"a}\" has a brace without its counterpart: expected for instance \"{room}_{tag}\"")]
    [InlineData("{sped}_{tag}", "no tag \"sped\" in device line: did you mean \"speed\"?")]
    [InlineData("{speed}", "\"{speed}\" gives several tags one name: add {tag}, or choose one tag with Only")]
    public void A_wrong_name_is_reported(string template, string problem) =>
        Assert.Equal([problem], new PlanFixture(b => b.Line.Scans.Named(template).To(b.Sink)).Problems);

    [Theory]
    [InlineData(ValueKind.Int, 2.9, "line speed=2")]
    [InlineData(ValueKind.Text, 2.5, "line speed=2.5")]
    [InlineData(ValueKind.Bool, 2.5, "line speed=TRUE")]
    [InlineData(ValueKind.Int, "12", "line speed=12")]
    [InlineData(ValueKind.Int, "twelve", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Int, 1e30, "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.UInt, -1.0, "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Bool, "maybe", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Int, "9007199254740993", "line speed=9007199254740993")]
    [InlineData(ValueKind.UInt, "18446744073709551615", "line speed=18446744073709551615")]
    [InlineData(ValueKind.Int, "18446744073709551615", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Float64, "1.5", "line speed=1.5")]
    [InlineData(ValueKind.Float64, "1,5", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Float64, "1,2,3", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Float64, "1.234,5", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Float64, "NaN", "line speed=-:BAD_TYPE")]
    [InlineData(ValueKind.Float32, 1e300, "line speed=-:BAD_TYPE")]
    public void Cast_turns_or_says_that_it_cannot(ValueKind kind, object value, string expected) =>
        Assert.Equal([expected], new PlanFixture(b => b.Line.Scans.Only("speed").Cast("speed", kind).To(b.Sink)).Scan(value).Take());

    [Theory]
    [InlineData(0.1f, 1, 0, "0.1")]
    [InlineData(0.1f, 10, 0, "1")]
    [InlineData(0.1f, 3, 0, "0.3")]
    [InlineData(0.7f, 0.1, 0, "0.07")]
    [InlineData(0.1f, 1, 1_000_000, "1000000.1")]
    [InlineData(0f, 1, 0.1, "0.1")]
    [InlineData(3e38f, 10, 0, "3E+39")]
    [InlineData(0.1, 3, 0, "0.30000000000000004")]
    [InlineData(5, 0.1, 0, "0.5")]
    [InlineData(2301, 0.1, 0, "230.1")]
    [InlineData(-1234567, 0.001, 0, "-1234.567")]
    [InlineData(3, 0.1, 0, "0.3")]
    public void A_single_is_scaled_as_a_single(object value, double factor, double offset, string expected) => Assert.Equal(
        [$"line speed={expected}"],
        new PlanFixture(b => b.Line.Scans.Only("speed").Scale("speed", factor, offset).To(b.Sink)).Scan(value).Take());

    [Fact]
    public void An_integer_that_is_not_scaled_stays_exact()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Cast("speed", ValueKind.Int).Scale("speed", 1, 0).To(b.Sink));
        Assert.Equal(["line speed=9007199254740993"], fixture.Scan("9007199254740993").Take());
    }

    [Fact]
    public void Singles_are_compared_with_limits_and_bands_as_singles()
    {
        var range = new PlanFixture(b => b.Line.Scans.Only("speed").Range("speed", 0.1, 0.7).To(b.Sink));
        Assert.Equal(["line speed=0.1", "line speed=0.7", "line speed=-:BAD_RANGE"], range.Scan(0.1f).Scan(0.7f).Scan(0.70001f).Take());
        var band = new PlanFixture(b => b.Line.Scans.Only("speed").Deadband("speed", 0.1).To(b.Sink));
        Assert.Equal(["line speed=0.6", "line speed=0.7"], band.Scan(0.6f).Scan(0.65f).Scan(0.7f).Take());
        var alarm = new PlanFixture(b => b.Line.Scans.Events("speed", above: 0.1).Payload(e => new { e.Tag }).To(b.Sink));
        Assert.Empty(alarm.Scan(0.1f).Advance(1.Seconds).Scan(0f).Take());
        Assert.Single(alarm.Scan(0.2f).Advance(1.Seconds).Scan(0.1f).Take());
    }

    [Fact]
    public void Means_and_rates_of_singles_are_singles()
    {
        var mean = new PlanFixture(b => b.Line.Scans.Only("speed").Window(10.Seconds).Mean("speed").To(b.Sink));
        for (var i = 0; i < 3; i++) mean.Scan(0.1f).Advance(1.Seconds);
        Assert.Equal(["line speed=0.1"], mean.Advance(8.Seconds).Take());
        var mixed = new PlanFixture(b => b.Line.Scans.Only("speed").Window(10.Seconds).Mean("speed").To(b.Sink));
        Assert.Equal(["line speed=0.55"], mixed.Scan(0.1f).Advance(1.Seconds).Scan(1).Advance(9.Seconds).Take().Select(l => l[..15]));
        var ewma = new PlanFixture(b => b.Line.Scans.Only("speed").Ewma("speed", 0.5).To(b.Sink));
        Assert.Equal(["line speed=0.1", "line speed=0.2"], ewma.Scan(0.1f).Scan(0.3f).Take());
        var rate = new PlanFixture(b => b.Line.Scans.Only("speed").Rate("speed").To(b.Sink));
        Assert.Equal(["line speed=0.1"], rate.Scan(0.6f).Advance(1.Seconds).Scan(0.7f).Take());
    }

    [Fact]
    public void Throttle_keeps_its_rhythm_when_scans_jitter()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Throttle(1.Seconds).To(b.Sink));
        foreach (var step in new[] { 0, 500, 510, 490, 500, 520 }) fixture.Advance(step.Milliseconds).Scan(step);
        Assert.Equal(["line speed=0", "line speed=510", "line speed=500"], fixture.Take());
    }

    [Fact]
    public void Every_repeats_the_latest_and_marks_what_was_not_renewed()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Every(10.Seconds).To(b.Sink));
        Assert.Empty(fixture.Advance(10.Seconds).Take());
        Assert.Equal(["line speed=2"], fixture.Scan(1).Advance(5.Seconds).Scan(2).Advance(5.Seconds).Take());
        Assert.Equal(["line speed=2:STALE"], fixture.Advance(10.Seconds).Take());
    }

    [Fact]
    public void Silent_speaks_at_the_first_failed_scan_and_then_at_every_interval()
    {
        var fixture = new PlanFixture(
            b => b.Line.Silent(30.Seconds).Payload(s => new { quiet = (s.Time - s.Since).TotalSeconds, s.Reason }).To(b.Sink));
        Assert.Empty(fixture.Advance(20.Seconds).Scan(1).Advance(29.Seconds).Scan(1).Take());
        Assert.Equal(["""{"quiet":5,"Reason":"no answer"}"""], fixture.Advance(5.Seconds).Fail("no answer").Take());
        Assert.Empty(fixture.Advance(29.Seconds).Fail("refused").Take());
        Assert.Equal(["""{"quiet":35,"Reason":"refused"}"""], fixture.Advance(1.Seconds).Take());
        Assert.Equal(["""{"quiet":65,"Reason":"refused"}"""], fixture.Advance(30.Seconds).Take());
        Assert.Empty(fixture.Scan(1).Advance(29.Seconds).Take());
        Assert.Equal(["""{"quiet":30,"Reason":"no scan came"}"""], fixture.Advance(1.Seconds).Take());
        Assert.Equal(["""{"quiet":31,"Reason":"off"}"""], fixture.Advance(1.Seconds).Fail("off").Take());
    }

    [Fact]
    public void Every_of_a_device_speaks_at_every_interval_whatever_the_device_does()
    {
        var fixture = new PlanFixture(b => b.Line.Every(30.Seconds).Payload(t => new { t.Device, t.Time.Second }).To(b.Sink));
        Assert.Empty(fixture.Advance(29.Seconds).Scan(1).Take());
        Assert.Equal(["""{"Device":"line","Second":30}"""], fixture.Advance(1.Seconds).Take());
        Assert.Equal(["""{"Device":"line","Second":0}"""], fixture.Fail("no answer").Advance(30.Seconds).Take());
    }

    [Fact]
    public void Unix_seconds_have_their_fraction_or_none()
    {
        var time = new DateTime(2025, 11, 17, 17, 6, 40, DateTimeKind.Utc).AddTicks(1_239_999);
        Assert.Equal(1763399200, time.ToUnixSeconds());
        Assert.Equal([1763399200, 1763399200.123, 1763399200.123999], new[] { 0, 3, 6 }.Select(decimals => time.ToUnixSeconds(decimals)));
    }

    [Fact]
    public void Branches_do_not_see_each_others_changes()
    {
        var fixture = new PlanFixture(b =>
        {
            var speed = b.Line.Scans.Only("speed");
            speed.Scale("speed", 10).To(b.Sink);
            speed.Rename("speed", "raw").To(b.Sink);
            speed.To(b.Sink);
        });
        Assert.Equal(["line speed=20", "line raw=2", "line speed=2"], fixture.Scan(2).Take());
    }

    [Fact]
    public void A_lambda_that_throws_costs_one_scan_on_its_branch()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Only("speed").Where(s => s["speed"].Int / (s["speed"].Int - 1) >= 0).To(b.Sink);
            b.Line.Scans.Only("temp").To(b.Sink);
        });
        Assert.Equal(["line temp=20", "line speed=2", "line temp=20"], fixture.Scan(1).Scan(2).Take());
        Assert.IsType<DivideByZeroException>(Assert.Single(fixture.Faults));
    }

    [Fact]
    public void Write_writes_what_good_tags_make_and_nothing_else()
    {
        var fixture =
            new PlanFixture(b => b.Line.Scans.Where(s => s["running"].Bool)
                .Write(b.Tank, "level", s => s["speed"].Number < 0 ? Value.Null : s["speed"].Number * 2));
        fixture.Scan(3).Advance(TimeSpan.FromSeconds(1)).Scan(4).Scan(Quality.BadRange).Scan(-1).Scan(5, running: false).Fail("no answer");
        var start = fixture.Time.GetTimestamp() / fixture.Time.TimestampFrequency;
        Assert.Equal([$"write 6 of {start - 1} s", $"write 8 of {start} s"], fixture.Take());
    }
}
