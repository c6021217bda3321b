using System.Text.Json.Nodes;
using PlantRuntime.Recipes.Operators;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Windows in a zone whose clocks are set forward and back.</summary>
public class WindowZoneTests
{
    [Theory]
    [InlineData("Europe/Madrid", "2026-03-28T12:00:00Z", "2026-03-27T23:00:00Z 11", "2026-03-28T23:00:00Z 23", "2026-03-29T22:00:00Z 24")]
    [InlineData("Europe/Madrid", "2026-10-24T12:00:00Z", "2026-10-23T22:00:00Z 10", "2026-10-24T22:00:00Z 25", "2026-10-25T23:00:00Z 24")]
    [InlineData("America/Santiago", "2026-09-05T12:00:00Z",
        "2026-09-05T04:00:00Z 16", "2026-09-06T04:00:00Z 23", "2026-09-07T03:00:00Z 24")]
    [InlineData("Asia/Kolkata", "2026-03-28T12:00:00Z", "2026-03-27T18:30:00Z 7", "2026-03-28T18:30:00Z 24", "2026-03-29T18:30:00Z 24")]
    [InlineData("UTC", "2026-03-28T12:00:00Z", "2026-03-28T00:00:00Z 12", "2026-03-29T00:00:00Z 24", "2026-03-30T00:00:00Z 24")]
    public void A_day_is_from_one_local_midnight_to_the_next(string zone, string start, params string[] expected) =>
        Assert.Equal(expected, Run(zone, start, 1.Days, 90).Take(3));

    [Fact]
    public void Seven_days_begin_at_midnight_before_monday() =>
        Assert.Equal(
            ["2026-03-15T23:00:00Z 36", "2026-03-22T23:00:00Z 167", "2026-03-29T22:00:00Z 168"],
            Run("Europe/Madrid", "2026-03-21T11:00:00Z", 7.Days, 390));

    [Fact]
    public void The_shift_in_which_clocks_are_set_is_shorter() =>
        Assert.Equal(
            ["2026-03-28T15:00:00Z 3", "2026-03-28T23:00:00Z 7", "2026-03-29T06:00:00Z 8", "2026-03-29T14:00:00Z 8"],
            Run("Europe/Madrid", "2026-03-28T20:00:00Z", 8.Hours, 27));

    [Fact]
    public void State_of_a_day_is_carried_to_another_version_within_the_day_of_23_hours()
    {
        var fixture = new PlanFixture(b => Counted(b, 1.Days), zone: Zone("Europe/Madrid"));
        fixture.Time.StepWallClock(Time("2026-03-28T23:00:00Z") - fixture.Time.GetUtcNow().UtcDateTime);
        for (var hour = 0; hour < 10; hour++) fixture.Scan(hour).Advance(1.Hours);
        var next = fixture.Reload(b => Counted(b, 1.Days));
        for (var hour = 0; hour < 13; hour++) next.Scan(hour).Advance(1.Hours);
        Assert.Equal(["2026-03-28T23:00:00Z 23"], Take(next));
    }

    /// <summary>
    /// Compares the boundaries with a search through every quarter of an hour: a window starts when the
    /// local clock shows a higher number of whole lengths. A clock that is set back does not open a window again.
    /// </summary>
    [Theory]
    [InlineData("Europe/Madrid")]
    [InlineData("America/Santiago")]
    [InlineData("America/Havana")]
    [InlineData("Africa/Cairo")]
    [InlineData("Asia/Beirut")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Africa/Casablanca")]
    [InlineData("Asia/Kolkata")]
    [InlineData("UTC")]
    public void Windows_follow_each_other_without_gaps_and_start_by_the_local_clock(string name)
    {
        var zone = Zone(name);
        foreach (var length in new[] { 2.Hours, 8.Hours, 1.Days, 7.Days })
        {
            var boundaries = new FixedLengthBoundaries(length, zone);
            var window = boundaries.Around(Time("2025-12-20T00:00:00Z"));
            var highest = long.MinValue;
            for (var at = window.Start; at < Time("2027-01-10T00:00:00Z"); at += 15.Minutes)
            {
                var number = (at + zone.GetUtcOffset(at)).Ticks / length.Ticks;
                if (number > highest != (at == window.Start) || boundaries.Around(at) != window)
                    Assert.Fail($"{length}: {at:O} is not in the window from {window.Start:O}, or starts one");
                highest = Math.Max(number, highest);
                if (at + 15.Minutes == window.End) window = boundaries.Around(window.End);
            }
        }
    }

    [Theory]
    [InlineData("Europe/Madrid", 0)]
    [InlineData("Asia/Kolkata", 30)]
    [InlineData("UTC", 0)]
    public void Windows_of_an_hour_have_an_hour_on_every_day(string name, int minute)
    {
        var boundaries = new FixedLengthBoundaries(1.Hours, Zone(name));
        for (var at = Time("2026-10-24T00:10:00Z"); at < Time("2026-10-26T00:00:00Z"); at += 15.Minutes)
        {
            var (start, end) = boundaries.Around(at);
            Assert.Equal((minute, 1.Hours), (start.Minute, end - start));
            Assert.InRange(at, start, end.AddTicks(-1));
        }
    }

    [Theory]
    [InlineData("America/Santiago")]
    [InlineData("Pacific/Kiritimati")]
    public void The_ends_of_time_are_no_error(string name)
    {
        foreach (var length in new[] { 1.Seconds, 1.Days, TimeSpan.MaxValue })
        {
            foreach (var at in new[] { DateTime.MinValue, DateTime.UnixEpoch, DateTime.MaxValue })
            {
                var (start, end) = new FixedLengthBoundaries(length, Zone(name)).Around(DateTime.SpecifyKind(at, DateTimeKind.Utc));
                Assert.True(start <= at && at <= end, $"{at:O} is not in {start:O} to {end:O}");
            }
        }
    }

    private static string[] Run(string zone, string start, TimeSpan length, int hours)
    {
        var fixture = new PlanFixture(b => Counted(b, length), zone: Zone(zone));
        fixture.Time.StepWallClock(Time(start) - fixture.Time.GetUtcNow().UtcDateTime);
        for (var hour = 0; hour < hours; hour++) fixture.Scan(hour).Advance(1.Hours);
        return Take(fixture);
    }

    private static void Counted(PlanFixture fixture, TimeSpan length) =>
        fixture.Line.Scans.Only("speed").Window(length).Count().Payload(s => new { s.Time, n = s["speed"] }).To(fixture.Sink);

    private static string[] Take(PlanFixture fixture) =>
        [.. fixture.Take().Select(json => JsonNode.Parse(json)!).Select(window => $"{window["Time"]} {window["n"]}")];

    private static TimeZoneInfo Zone(string name) => TimeZoneInfo.FindSystemTimeZoneById(name);

    private static DateTime Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime;
}
