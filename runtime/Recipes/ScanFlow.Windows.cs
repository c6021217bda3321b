using System.Globalization;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <content>Windows, whose aggregates are in <see cref="WindowFlow"/>. An open window is carried over when a recipe is edited.</content>
public sealed partial class ScanFlow
{
    private static readonly string[] s_timesOfDay = ["H:mm", "H:mm:ss"];

    /// <summary>
    /// Divides time into consecutive windows of one length: <c>Window(1.Minutes).Mean("temp")</c>. A window of one minute starts at every
    /// full minute, a window of one day at midnight of the site's <c>time_zone</c> (UTC when not given), a window of seven days at midnight
    /// before Monday. The day on which the clocks are set forward has 23 hours, the one on which they are set back 25; other windows longer
    /// than an hour are by the local clock too, as shifts are: <c>Window(8.Hours)</c> starts at 0, 8 and 16 o'clock. The first window
    /// starts with the first scan and is shorter. If the wall clock is set, one window becomes shorter or longer by at most half its
    /// length.
    /// </summary>
    public WindowFlow Window(TimeSpan length)
    {
        Ticks(length);
        return new WindowFlow(this, new FixedLengthBoundaries(length, _plan.Clock.Zone), length);
    }

    /// <summary>
    /// Divides time into hours, days, weeks or months of the site's <c>time_zone</c> (UTC when not given):
    /// <c>Window(CalendarUnit.Month)</c>.
    /// </summary>
    public WindowFlow Window(CalendarUnit unit)
    {
        var zone = _plan.Clock.Zone;
        return new WindowFlow(this, unit switch
        {
            CalendarUnit.Hour => new FixedLengthBoundaries(1.Hours, zone),
            CalendarUnit.Day => new FixedLengthBoundaries(1.Days, zone),
            CalendarUnit.Week => new FixedLengthBoundaries(7.Days, zone),
            _ => new MonthBoundaries(zone),
        }, unit);
    }

    /// <summary>
    /// Divides time into shifts: <c>Shifts("06:00", "14:00", "22:00")</c>. A shift starts at each of these times of day, by the clock of
    /// the site's <c>time_zone</c> (UTC when not given), and lasts until the next. A shift in which the clocks are set is shorter or
    /// longer.
    /// </summary>
    /// <param name="starts">Times of day as HH:mm.</param>
    public WindowFlow Shifts(params string[] starts)
    {
        var times = new SortedSet<long>();
        if (starts.Length == 0) _plan.Report("Shifts needs the times at which shifts start, for instance \"06:00\", \"14:00\", \"22:00\"");
        foreach (var start in starts)
        {
            if (!TimeOnly.TryParseExact(start, s_timesOfDay, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                _plan.Report($"a shift starts at a time of day, for instance \"06:00\", not \"{start}\"", start);
            else if (!times.Add(time.Ticks)) _plan.Report($"two shifts start at {start}", start);
        }

        var boundaries = new ShiftBoundaries(times.Count > 0 ? [.. times] : [0], _plan.Clock.Zone);
        return new WindowFlow(this, boundaries, string.Join(' ', times.Select(t => TimeSpan.FromTicks(t))));
    }

    internal ScanFlow Windowed(Func<ScanSchema, bool[], PlanClock, Node> create, string[] tags, string aggregate, object argument) =>
        Chosen(tags, (schema, chosen) => create(schema, chosen, _plan.Clock), $"Window.{aggregate}", argument);
}
