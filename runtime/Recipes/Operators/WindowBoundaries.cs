namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Divides time into windows that start when the clock of a zone shows certain times. The window in which the clocks are set is shorter or
/// longer by the change; a clock that is set back does not start a window again. Immutable; any thread; allocates nothing.
/// </summary>
internal abstract class WindowBoundaries(TimeZoneInfo zone)
{
    protected const long LastTick = 3155378975999999999;

    // More than the offset of any zone, and less than the time between two changes of an offset.
    private const long OffsetLimit = 26 * TimeSpan.TicksPerHour;

    /// <summary>Returns the window that contains a moment: its start, and the start of the next one.</summary>
    public (DateTime Start, DateTime End) Around(DateTime utc)
    {
        var ticks = utc.Ticks;
        var number = Math.Clamp(NumberOf(Math.Max(0, LocalTicks(ticks))), 0, LastNumber);

        // A clock that is set back across a boundary shows times of the window before, which has ended.
        while (number < LastNumber && StartOf(number + 1) <= ticks) number++;
        return (At(StartOf(number)), At(StartOf(number + 1)));
    }

    /// <summary>Returns the window whose start is nearest to a moment; of two equally near, the later one.</summary>
    public (DateTime Start, DateTime End) Nearest(DateTime utc)
    {
        var window = Around(utc);
        return window.End - utc <= utc - window.Start ? Around(window.End) : window;
    }

    /// <summary>Number of the last window that starts before the end of the calendar.</summary>
    protected abstract long LastNumber { get; }

    /// <summary>The offset of all windows in ticks; null if it is that of the zone at each time.</summary>
    protected virtual long? FixedOffset => null;

    /// <summary>Returns the number of the window that contains a local time, in ticks.</summary>
    protected abstract long NumberOf(long local);

    /// <summary>Returns the local time in ticks at which a window starts.</summary>
    protected abstract long LocalStartOf(long number);

    private static DateTime At(long ticks) => new(ticks, DateTimeKind.Utc);

    /// <summary>Returns the first moment at which the local clock shows the start of a window, or a later time.</summary>
    private long StartOf(long number)
    {
        if (number == 0) return 0;
        if (number > LastNumber) return LastTick;
        var local = LocalStartOf(number);
        if (FixedOffset is { } offset) return Clamp(local - offset);

        // The offsets before and after a change, if there is one near.
        var (before, after) = (OffsetAt(local - OffsetLimit), OffsetAt(local + OffsetLimit));
        var (early, late) = (local - before, local - after);
        if (OffsetAt(early) == before) return Clamp(early);
        if (OffsetAt(late) == after) return Clamp(late);

        // The clocks are set forward across the boundary: the window starts at the change.
        while (early - late > 1)
        {
            var middle = late + ((early - late) / 2);
            if (OffsetAt(middle) == before) late = middle;
            else early = middle;
        }

        return Clamp(early);
    }

    private long LocalTicks(long utc) => utc + (FixedOffset ?? OffsetAt(utc));

    private long OffsetAt(long utc) => zone.GetUtcOffset(At(Clamp(utc))).Ticks;

    private static long Clamp(long ticks) => Math.Clamp(ticks, 0, LastTick);
}

/// <summary>
/// Windows of one length: those of whole days start at local midnight, those of seven days on Monday, those of eight hours at 0, 8 and 16
/// o'clock. Windows of at most one hour keep their length: a day of 25 hours has 25 windows of one hour.
/// </summary>
internal sealed class FixedLengthBoundaries(TimeSpan length, TimeZoneInfo zone) : WindowBoundaries(zone)
{
    // The plan reports a length of zero or less as an error.
    private readonly long _length = Math.Max(1, length.Ticks);

    protected override long LastNumber { get; } = LastTick / Math.Max(1, length.Ticks);

    protected override long? FixedOffset { get; } = length <= TimeSpan.FromHours(1) ? zone.BaseUtcOffset.Ticks : null;

    protected override long NumberOf(long local) => local / _length;

    protected override long LocalStartOf(long number) => number * _length;
}

/// <summary>Windows from the first of a month, at local midnight, to the first of the next.</summary>
internal sealed class MonthBoundaries(TimeZoneInfo zone) : WindowBoundaries(zone)
{
    private const int MonthsPerYear = 12;

    protected override long LastNumber => NumberOf(LastTick);

    protected override long NumberOf(long local)
    {
        var time = new DateTime(Math.Min(local, LastTick));
        return ((time.Year - 1L) * MonthsPerYear) + time.Month - 1;
    }

    protected override long LocalStartOf(long number) =>
        new DateTime((int)(number / MonthsPerYear) + 1, (int)(number % MonthsPerYear) + 1, 1).Ticks;
}

/// <summary>Windows from one shift to the next, which start at the same local times on every day.</summary>
/// <param name="starts">Ticks after midnight at which a shift starts, ascending; at least one.</param>
/// <param name="zone">The zone of the site.</param>
internal sealed class ShiftBoundaries(long[] starts, TimeZoneInfo zone) : WindowBoundaries(zone)
{
    protected override long LastNumber => (LastTick / TimeSpan.TicksPerDay * starts.Length) - 1;

    protected override long NumberOf(long local)
    {
        var (day, time) = Math.DivRem(local, TimeSpan.TicksPerDay);
        var number = (day * starts.Length) - 1;
        foreach (var start in starts)
        {
            if (start <= time) number++;
        }

        return number;
    }

    protected override long LocalStartOf(long number) =>
        (number / starts.Length * TimeSpan.TicksPerDay) + starts[number % starts.Length];
}
