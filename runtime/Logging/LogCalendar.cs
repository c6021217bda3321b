namespace PlantRuntime.Logging;

/// <summary>
/// Decides by the calendar when a log file is full and which old files are deleted. It knows the date only once the wall clock has settled,
/// so that no step of that clock begins or deletes a file. Owned by one <see cref="RotatingFile"/>; not thread-safe.
/// </summary>
/// <param name="settledNow">Returns the settled wall clock in UTC; null while it has not settled.</param>
/// <param name="zone">The zone of the site, in which a day begins.</param>
/// <param name="isDaily">True if each day has a file of its own.</param>
/// <param name="maxAge">Time after the last line of a file until the file is deleted; null to keep it.</param>
public sealed class LogCalendar(Func<DateTime?> settledNow, TimeZoneInfo zone, bool isDaily, TimeSpan? maxAge)
{
    // Times of files before it were written by a clock that was not set.
    private static readonly DateTime s_earliest = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private DateOnly? _day;

    /// <summary>The day of the file that is open, by the time of its last line; no day is known for an empty one.</summary>
    public void Open(DateTime? lastLine) => _day = lastLine >= s_earliest ? DayOf(lastLine.Value) : null;

    /// <summary>
    /// Reads the clock before a line is written. Returns whether the day is another than that of the file, and whether a file of its own
    /// begins with it.
    /// </summary>
    public (bool IsNewDay, bool BeginsFile) Next()
    {
        if (settledNow() is not { } now || DayOf(now) is var today && today == _day) return (false, false);
        var beginsFile = isDaily && _day is not null;
        _day = today;
        return (true, beginsFile);
    }

    /// <summary>
    /// Returns the number of full files that are kept; those behind them in the list are older than the greatest age. A file is at least as
    /// young as each older one. One whose time is unknown or in the future is kept until the next younger one is deleted.
    /// </summary>
    /// <param name="lastLines">Times of the last lines of the full files in UTC, the youngest file first.</param>
    public int CountKept(IReadOnlyList<DateTime> lastLines)
    {
        if (maxAge is not { } limit || settledNow() is not { } now) return lastLines.Count;
        var (kept, youngest) = (lastLines.Count, DateTime.MinValue);
        for (var i = lastLines.Count - 1; i >= 0; i--)
        {
            if (lastLines[i] < s_earliest || lastLines[i] > now) continue;
            if (lastLines[i] > youngest) youngest = lastLines[i];
            if (now - youngest > limit) kept = i;
        }

        return kept;
    }

    private DateOnly DayOf(DateTime utc) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(utc, zone));
}
