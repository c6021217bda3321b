namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Divides time into windows of one length by the clock of a zone: windows of whole days start at local midnight, those of seven days on
/// Monday, those of eight hours at 0, 8 and 16 o'clock. The window in which the clocks are set is shorter or longer by the change. Windows
/// of at most one hour keep their length: a day of 25 hours has 25 windows of one hour. Immutable; any thread; allocates nothing.
/// </summary>
internal sealed class WindowBoundaries(TimeSpan length, TimeZoneInfo zone)
{
    private const long LastTick = 3155378975999999999;

    // More than the offset of any zone, and less than the time between two changes of an offset.
    private const long OffsetLimit = 26 * TimeSpan.TicksPerHour;

    // The plan reports a length of zero or less as an error.
    private readonly long _length = Math.Max(1, length.Ticks);
    private readonly long _last = LastTick / Math.Max(1, length.Ticks);
    private readonly TimeSpan? _fixedOffset = length <= TimeSpan.FromHours(1) ? zone.BaseUtcOffset : null;

    /// <summary>Returns the window that contains a moment: its start, and the start of the next one.</summary>
    public (DateTime Start, DateTime End) Around(DateTime utc)
    {
        var ticks = utc.Ticks;
        var number = Math.Clamp(LocalTicks(ticks) / _length, 0, _last);

        // A clock that is set back across a boundary shows times of the window before, which has ended.
        while (number < _last && StartOf(number + 1) <= ticks) number++;
        return (At(StartOf(number)), At(StartOf(number + 1)));
    }

    /// <summary>Returns the window whose start is nearest to a moment; of two equally near, the later one.</summary>
    public (DateTime Start, DateTime End) Nearest(DateTime utc)
    {
        var window = Around(utc);
        return window.End - utc <= utc - window.Start ? Around(window.End) : window;
    }

    private static DateTime At(long ticks) => new(ticks, DateTimeKind.Utc);

    /// <summary>Returns the first moment at which the local clock shows the start of a window, or a later time.</summary>
    private long StartOf(long number)
    {
        if (number == 0) return 0;
        if (number > _last) return LastTick;
        var local = number * _length;
        if (_fixedOffset is { } offset) return Clamp(local - offset.Ticks);

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

    private long LocalTicks(long utc) => utc + (_fixedOffset?.Ticks ?? OffsetAt(utc));

    private long OffsetAt(long utc) => zone.GetUtcOffset(At(Clamp(utc))).Ticks;

    private static long Clamp(long ticks) => Math.Clamp(ticks, 0, LastTick);
}
