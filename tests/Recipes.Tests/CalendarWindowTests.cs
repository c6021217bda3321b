using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Shifts, months and time-weighted means, also where clocks are set.</summary>
public class CalendarWindowTests
{
    [Theory]
    [InlineData("Europe/Berlin", "2026-03-28T20:00:00Z",
        "2026-03-28T13:00:00Z 1 8", "2026-03-28T21:00:00Z 7 7", "2026-03-29T04:00:00Z 8 8", "2026-03-29T12:00:00Z 8 8")]
    [InlineData("Europe/Berlin", "2026-10-24T19:00:00Z",
        "2026-10-24T12:00:00Z 1 8", "2026-10-24T20:00:00Z 9 9", "2026-10-25T05:00:00Z 8 8", "2026-10-25T13:00:00Z 8 8")]
    [InlineData("America/Santiago", "2026-09-06T01:00:00Z",
        "2026-09-05T18:00:00Z 1 8", "2026-09-06T02:00:00Z 7 7", "2026-09-06T09:00:00Z 8 8", "2026-09-06T17:00:00Z 8 8")]
    [InlineData("America/Santiago", "2026-04-05T00:00:00Z",
        "2026-04-04T17:00:00Z 1 8", "2026-04-05T01:00:00Z 9 9", "2026-04-05T10:00:00Z 8 8", "2026-04-05T18:00:00Z 8 8")]
    [InlineData("UTC", "2026-03-28T21:00:00Z", "2026-03-28T14:00:00Z 1 8", "2026-03-28T22:00:00Z 8 8", "2026-03-29T06:00:00Z 8 8")]
    public void Shifts_start_by_the_local_clock(string zone, string start, params string[] expected) =>
        Assert.Equal(expected, Run(zone, start, s => s.Shifts("22:00", "06:00", "14:00"), 33).Take(expected.Length));

    [Theory]
    [InlineData("Europe/Berlin", "2026-02-27T23:00:00Z", CalendarUnit.Month,
        "2026-01-31T23:00:00Z 24 672", "2026-02-28T23:00:00Z 743 743", "2026-03-31T22:00:00Z 720 720")]
    [InlineData("America/Santiago", "2026-08-31T04:00:00Z", CalendarUnit.Month,
        "2026-08-01T04:00:00Z 24 744", "2026-09-01T04:00:00Z 719 719", "2026-10-01T03:00:00Z 744 744")]
    [InlineData("America/Santiago", "2026-04-04T03:00:00Z", CalendarUnit.Day,
        "2026-04-04T03:00:00Z 25 25", "2026-04-05T04:00:00Z 24 24", "2026-04-06T04:00:00Z 24 24")]
    [InlineData("America/Santiago", "2026-09-05T04:00:00Z", CalendarUnit.Day,
        "2026-09-05T04:00:00Z 24 24", "2026-09-06T04:00:00Z 23 23", "2026-09-07T03:00:00Z 24 24")]
    [InlineData("Europe/Berlin", "2026-10-23T22:00:00Z", CalendarUnit.Day,
        "2026-10-23T22:00:00Z 24 24", "2026-10-24T22:00:00Z 25 25", "2026-10-25T23:00:00Z 24 24")]
    [InlineData("Europe/Berlin", "2026-03-22T23:00:00Z", CalendarUnit.Week,
        "2026-03-22T23:00:00Z 167 167", "2026-03-29T22:00:00Z 168 168")]
    [InlineData("Europe/Berlin", "2026-10-24T23:00:00Z", CalendarUnit.Hour,
        "2026-10-24T23:00:00Z 1 1", "2026-10-25T00:00:00Z 1 1", "2026-10-25T01:00:00Z 1 1", "2026-10-25T02:00:00Z 1 1")]
    public void Calendar_windows_are_those_of_the_site(string zone, string start, CalendarUnit unit, params string[] expected) =>
        Assert.Equal(expected, Run(zone, start, s => s.Window(unit), 1600, expected.Length).Take(expected.Length));

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Santiago")]
    [InlineData("America/Havana")]
    [InlineData("Africa/Cairo")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kolkata")]
    public void Shifts_and_months_follow_each_other_without_gaps(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        long[] starts = [.. new[] { 0, 2, 6, 14, 22 }.Select(h => h * TimeSpan.TicksPerHour)];
        foreach (var boundaries in new WindowBoundaries[] { new ShiftBoundaries(starts, zone), new MonthBoundaries(zone) })
        {
            var window = boundaries.Around(Time("2025-12-20T00:00:00Z"));
            for (var at = window.Start; at < Time("2027-01-10T00:00:00Z"); at += 15.Minutes)
            {
                if (at == window.End) window = boundaries.Around(window.End);
                Assert.True(window.Start < window.End && boundaries.Around(at) == window, $"{at:O} is not in {window}");
            }

            foreach (var at in new[] { DateTime.MinValue, DateTime.MaxValue })
            {
                var (start, end) = boundaries.Around(DateTime.SpecifyKind(at, DateTimeKind.Utc));
                Assert.True(start <= at && at <= end, $"{at:O} is not in {start:O} to {end:O}");
            }
        }
    }

    [Fact]
    public void A_value_counts_for_the_time_until_the_next()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Window(1.Minutes).TimeMean("speed", "running").To(b.Sink));
        fixture.Scan(10, running: true).Advance(30.Seconds).Scan(20, running: false).Advance(15.Seconds).Scan(40).Advance(15.Seconds);
        Assert.Equal(["line speed=20 running=0.75"], fixture.Take());

        // The last value goes on in the next window.
        Assert.Equal(["line speed=30"], fixture.Advance(30.Seconds).Scan(20, running: true).Advance(30.Seconds).Take()
            .Select(t => t.Replace(" running=1", "", StringComparison.Ordinal)));
        Assert.Equal(["line speed=20 running=1"], fixture.Advance(1.Minutes).Take());
    }

    [Fact]
    public void Time_after_a_bad_value_does_not_count()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Window(1.Minutes).TimeMean("speed").To(b.Sink));
        fixture.Scan(10).Advance(15.Seconds).Scan(Quality.BadComm).Advance(30.Seconds).Scan(30).Advance(15.Seconds);
        Assert.Equal(["line speed=20"], fixture.Take());
        Assert.Equal(["line speed=-:BAD_COMM"], fixture.Scan(Quality.BadComm).Advance(1.Minutes).Take());
        Assert.Equal(["line speed=-:BAD_TYPE"], fixture.Scan("text").Advance(1.Minutes).Take());
    }

    [Fact]
    public void A_reload_within_a_window_changes_nothing()
    {
        Action<PlanFixture> recipe = b =>
        {
            b.Line.Scans.Shifts("06:00", "14:00").TimeMean("speed").To(b.Sink);
            b.Line.Scans.Increase("temp").Window(CalendarUnit.Day).Sum("temp").To(b.Sink);
        };
        var fixture = new PlanFixture(recipe).Scan(10, 5).Advance(3.Hours).Scan(40, 9);
        var next = fixture.Reload(recipe);
        Assert.Equal("carried=3", next.Carried);
        Assert.Equal(["line speed=25"], next.Advance(3.Hours).Take());
        Assert.Equal(["line speed=40", "line temp=9"], next.Scan(40, 14).Advance(18.Hours).Take());
        Assert.Contains("its arguments changed", next.Reload(b =>
        {
            b.Line.Scans.Shifts("06:00", "15:00").TimeMean("speed").To(b.Sink);
            b.Line.Scans.Increase("temp").Window(CalendarUnit.Day).Sum("temp").To(b.Sink);
        }).Carried, StringComparison.Ordinal);
    }

    [Fact]
    public void Shifts_are_times_of_day()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.Shifts().Sum("speed").To(b.Sink);
            b.Line.Scans.Shifts("06:00", "25:00", "6:00").Sum("speed").To(b.Sink);
        });
        Assert.Equal(
            [
                "Shifts needs the times at which shifts start, for instance \"06:00\", \"14:00\", \"22:00\"",
                "a shift starts at a time of day, for instance \"06:00\", not \"25:00\"",
                "two shifts start at 6:00",
            ],
            fixture.Problems);
    }

    /// <summary>Scans once an hour; returns start, number of scans and length in hours of each window.</summary>
    private static List<string> Run(string zone, string start, Func<ScanFlow, WindowFlow> windows, int hours, int most = int.MaxValue)
    {
        var fixture = new PlanFixture(
            b => windows(b.Line.Scans.Only("speed")).Count()
                .Payload(s => new { s.Time, n = s["speed"], length = s.WindowLength!.Value.TotalHours }).To(b.Sink),
            zone: TimeZoneInfo.FindSystemTimeZoneById(zone));
        fixture.Time.StepWallClock(Time(start) - fixture.Time.GetUtcNow().UtcDateTime);
        for (var hour = 0; hour < hours && fixture.Records.Count < most; hour++) fixture.Scan(hour).Advance(1.Hours);
        return [.. fixture.Take().Select(json => JsonNode.Parse(json)!).Select(w => $"{w["Time"]} {w["n"]} {w["length"]}")];
    }

    private static DateTime Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime;
}
