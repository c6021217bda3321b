using PlantRuntime.Contracts;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Tests;

/// <summary>The state of operators is carried over a reload, or its loss is reported.</summary>
public class StateTransferTests
{
    private static readonly DateTime s_noon = new(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void An_edit_elsewhere_changes_nothing()
    {
        var whole = Earlier();
        var reloaded = Earlier().Reload(b => Recipe(b, edited: true));
        Assert.Equal("carried=19", reloaded.Carried);
        Assert.Equal(Later(whole), Later(reloaded));

        static PlanFixture Earlier()
        {
            var fixture = new PlanFixture(b => Recipe(b, edited: false)).Tanks(s_noon, 1, Quality.BadComm);
            for (var i = 0; i < 10; i++) fixture.Scan(10, 90.0, valve1: true);
            fixture.Advance(1.Seconds).Scan(12, 90.0, valve1: true).Advance(500.Milliseconds).Take();
            return fixture;
        }

        static string[] Later(PlanFixture b) =>
            b.Scan(12, 90.0, valve1: true).Advance(500.Milliseconds).Scan(20, 70.0).Advance(18.5.Seconds)
                .Tanks(s_noon, Quality.BadComm, 5.0).Advance(60.Seconds).Take();
    }

    [Fact]
    public void The_same_recipe_without_its_past_says_something_else()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed").Deadband("speed", 5).To(b.Sink)).Scan(10);
        Assert.Empty(fixture.Reload(b => b.Line.Scans.Only("speed").Deadband("speed", 5).To(b.Sink)).Scan(11).Take());
        Assert.Equal(["line speed=11"], fixture.Reload(b => b.Line.Scans.Only("speed").Deadband("speed", 6).To(b.Sink)).Scan(11).Take());
    }

    [Fact]
    public void What_is_lost_is_named_with_the_reason()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Deadband("speed", 0.5).To(b.Sink);
            b.Line.Scans.Only("temp").OnChange("temp").To(b.Sink);
            b.Line.Scans.Scale("temp", 2).Ewma("temp", 0.1).To(b.Sink);
            b.Line.Scans.Where(s => s["speed"].Number > 1).Rate("speed").To(b.Sink);
            b.Line.Scans.Throttle(1.Seconds).To(b.Sink);
            b.Tank.Scans.Events().To(b.Sink);
        }).Scan(1);
        Assert.Equal(
            "carried=1 dropped=\"Deadband on line.speed: its arguments changed from (0.5) to (1); OnChange on line.temp: its tags changed; "
            + "Ewma on line.temp: what comes before it changed; Rate on line.speed: what comes before it changed; Events on tank.*: it is no longer there\"",
            fixture.Reload(b =>
            {
                b.Line.Scans.Throttle(1.Seconds).To(b.Sink);
                b.Line.Scans.Deadband("speed", 1).To(b.Sink);
                b.Line.Scans.Only("temp").OnChange().To(b.Sink);
                b.Line.Scans.Scale("temp", 3).Ewma("temp", 0.1).To(b.Sink);
                b.Line.Scans.Where(s => s["speed"].Number > 2).Rate("speed").To(b.Sink);
            }).Carried);
    }

    [Fact]
    public void What_would_be_lost_is_known_from_places_alone_and_places_are_text()
    {
        var fixture = new PlanFixture(b => Recipe(b, edited: false)).Scan(10, 90.0);
        var other = new PlanFixture(b =>
        {
            Recipe(b, edited: true);
            b.Line.Scans.Where(s => s["speed"].Number > 1 && s["temp"].Text == "\t;)").Events("temp", above: 8, clear: 7).To(b.Sink);
        });
        var told = other.Plan.OperatorPaths.Select(p => OperatorPath.Parse(p.ToString())).ToList();
        Assert.Equal(other.Plan.OperatorPaths, told);
        Assert.Equal("would_carry=19", other.Plan.PredictTransfer(fixture.Plan.OperatorPaths).ToString("would_carry"));
        Assert.Equal(fixture.Plan.Load(other.Plan.Save()).ToString(), fixture.Plan.PredictTransfer(told).ToString());
        Assert.Contains("Events on line.temp: it is no longer there", fixture.Plan.PredictTransfer(told).Dropped);
        Assert.Throws<InvalidDataException>(() => OperatorPath.Parse("line\tOnly"));
    }

    [Fact]
    public void Equals_are_told_apart_by_their_order()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Only("speed").OnChange().To(b.Sink);
            b.Line.Scans.Only("speed").OnChange().To(b.Sink);
        }).Scan(1);
        var reloaded = fixture.Reload(b =>
        {
            for (var i = 0; i < 3; i++) b.Line.Scans.Only("speed").OnChange().To(b.Sink);
        });
        Assert.Equal("carried=2", reloaded.Carried);
        Assert.Equal(["line speed=1"], reloaded.Scan(1).Take());
    }

    [Fact]
    public void Lambdas_are_compared_by_what_they_say()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Select("twice", s => s["speed"].Number * 2).OnChange("twice").To(b.Sink));
        Assert.Equal("carried=1", fixture.Reload(b => b.Line.Scans.Select("twice", s =>
            s["speed"].Number   * 2).OnChange("twice").To(b.Sink)).Carried);
        Assert.Contains("what comes before it changed",
            fixture.Reload(b => b.Line.Scans.Select("twice", s => s["speed"].Number * 3).OnChange("twice").To(b.Sink)).Carried);
    }

    [Fact]
    public void Bytes_that_cannot_be_right_are_dropped_and_leave_an_operator_new()
    {
        var fixture = new PlanFixture(b => Recipe(b, edited: false)).Tanks(s_noon, 1, Quality.BadComm).Scan(10, 90.0, valve1: true)
            .Advance(1.Seconds).Scan(12, 90.0);
        var (clock, now) = (fixture.Builder.Clock, fixture.Builder.Clock.Now);
        var fresh = new PlanFixture(b => Recipe(b, edited: false)).Plan.Stateful;
        for (var i = 0; i < fresh.Count; i++)
        {
            var node = (IStateful)fresh[i];
            var bytes = SavedState.Save((IStateful)fixture.Plan.Stateful[i], clock, now);
            var empty = SavedState.Save(node, clock, now);
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.NotNull(SavedState.Load(node, bytes[..length], clock, now));
                Assert.Equal(empty, SavedState.Save(node, clock, now));
            }

            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] flipped = [.. bytes];
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                SavedState.Load(node, flipped, clock, now);
            }

            Assert.Null(SavedState.Load(node, bytes, clock, now));
            Assert.Equal(bytes, SavedState.Save(node, clock, now));
            Assert.Equal($"its state has the format \"old\", not \"{node.StateFormat}\"",
                SavedState.Load(node, [3, .. "old"u8], clock, now));
        }
    }

    /// <summary>After a restart the monotonic clock starts at another value; ages are kept.</summary>
    [Fact]
    public void Moments_are_kept_as_ages()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Events("running").To(b.Sink)).Advance(5.Hours).Scan(1).Advance(10.Seconds);
        var bytes = SavedState.Save((IStateful)fixture.Plan.Stateful[0], fixture.Builder.Clock, fixture.Builder.Clock.Now);
        var restarted = new PlanFixture(b => b.Line.Scans.Events("running").Payload(e => new { e.Duration }).To(b.Sink));
        Assert.Null(SavedState.Load((IStateful)restarted.Plan.Stateful[0], bytes, restarted.Builder.Clock, restarted.Builder.Clock.Now));
        Assert.Equal(["""{"Duration":12}"""], restarted.Advance(2.Seconds).Scan(1, running: false).Take());
    }

    /// <summary>Declares every operator with state; the edited recipe has other flows before, between and after them.</summary>
    private static void Recipe(PlanFixture b, bool edited)
    {
        if (edited) b.Line.Scans.Only("temp").Where(s => s["temp"].Number > 1000).To(b.Sink);
        b.Line.Scans.Only("speed").Deadband("speed", 3).To(b.Sink);
        b.Line.Scans.Only("running").OnChange().To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "throttled").Throttle(2.Seconds).To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "every").Every(7.Seconds).To(b.Sink);
        b.Tank.Silent(20.Seconds).Payload(s => new { s.Since, s.Time }).To(b.Sink);
        if (edited) b.Tank.Scans.Where(s => s["level"].Number > 1000).OnChange().To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "mean").Window(1.Minutes).Mean().To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "rate").Rate("rate").To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "ewma").Ewma("ewma", 2.Seconds).To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "x").Anomaly("x", 3, 0.5).Only("*_anomaly").To(b.Sink);
        b.Line.Scans.Events("valve_*").To(b.Sink);
        b.Line.Scans.Events("temp", above: 80, clear: 75).To(b.Sink);
        b.Tank.Scans.GroupByTime(2, 60.Seconds).Payload(g => new { g.Time, g.Values }).To(b.Sink);
        b.Line.Scans.Alarm("temp", above: 85, after: 2.Seconds).Payload(a => new { a.Id, a.IsActive, a.Duration }).To(b.Sink);
        b.Line.Scans.Alarm("speed", above: 15, after: 10.Seconds).To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "increase").Increase("increase", wraps: 1000).To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "sum").Window(1.Minutes).Sum().To(b.Sink);
        b.Line.Scans.Only("running").Shifts("00:00", "00:01").TimeMean().To(b.Sink);
        b.Line.Scans.Only("speed").Rename("speed", "joined").Join(b.Tank.Scans, 60.Seconds).To(b.Sink);
        b.Line.Scans
            .Fold(new Dictionary<string, double>(), (latest, s) => new(latest) { ["temp"] = s["temp"].Number, ["n"] = latest.Count })
            .Payload(latest => latest).To(b.Sink);
        if (edited) b.Line.Silent(1.Hours).Payload(s => new { s.Reason }).To(b.Sink);
    }
}
