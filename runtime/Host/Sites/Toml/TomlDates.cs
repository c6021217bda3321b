namespace PlantRuntime.Host.Sites;

/// <summary>The four date-times (TOML 1.0, after RFC 3339 section 5.6).</summary>
internal static class TomlDates
{
    /// <summary>True when a word begins as a date or a time does, so that it is read as one.</summary>
    public static bool LooksLikeOne(string word) => word is [>= '0' and <= '9', ..] && (BeginsDate(word) || BeginsTime(word));

    /// <summary>The date-time that a word is, or null and what is wrong with it.</summary>
    public static TomlDateTime? Read(Position at, string word, out string problem)
    {
        ReadOnlySpan<char> rest = word;
        var offset = TimeSpan.Zero;
        problem = $"{word} is no date or time: expected 2026-11-21, 08:30:00, 2026-11-21T08:30:00 or 2026-11-21T08:30:00-03:00";
        if (!BeginsDate(word))
        {
            return TakeTime(ref rest, out var time) && rest.IsEmpty ? Made(TomlDateTimeKind.LocalTime, default(DateTime) + time) : null;
        }

        if (!TakeDate(ref rest, out var date)) return null;
        if (rest.IsEmpty) return Made(TomlDateTimeKind.LocalDate, date);
        if (rest[0] is not ('T' or 't' or ' ')) return null;
        rest = rest[1..];
        if (!TakeTime(ref rest, out var timeOfDay)) return null;
        if (rest.IsEmpty) return Made(TomlDateTimeKind.Local, date + timeOfDay);
        return TakeOffset(ref rest, out offset) && rest.IsEmpty ? Made(TomlDateTimeKind.Offset, date + timeOfDay) : null;

        TomlDateTime Made(TomlDateTimeKind kind, DateTime value) => new(at, kind, value, offset);
    }

    private static bool BeginsDate(string word) =>
        word.Length >= 5 && word[4] == '-' && word.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool BeginsTime(string word) => word.AsSpan().IndexOf(':') is 1 or 2;

    private static bool TakeDate(ref ReadOnlySpan<char> rest, out DateTime date)
    {
        date = default;
        if (!TakeNumber(ref rest, 4, out var year) || !Take(ref rest, '-') || !TakeNumber(ref rest, 2, out var month)
            || !Take(ref rest, '-') || !TakeNumber(ref rest, 2, out var day)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateTime(year, month, day);
        return true;
    }

    // RFC 3339 lets second 60 stand for a leap second; no clock of the host has one, so it is refused.
    private static bool TakeTime(ref ReadOnlySpan<char> rest, out TimeSpan time)
    {
        time = default;
        if (!TakeNumber(ref rest, 2, out var hour) || !Take(ref rest, ':') || !TakeNumber(ref rest, 2, out var minute)
            || !Take(ref rest, ':') || !TakeNumber(ref rest, 2, out var second)) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;
        time = new TimeSpan(hour, minute, second);
        return !Take(ref rest, '.') || TakeFraction(ref rest, ref time);
    }

    private static bool TakeFraction(ref ReadOnlySpan<char> rest, ref TimeSpan time)
    {
        var digits = rest.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : rest.Length;
        var unit = TimeSpan.TicksPerSecond;
        foreach (var digit in rest[..digits]) time += new TimeSpan((digit - '0') * (unit /= 10));
        rest = rest[digits..];
        return digits > 0;
    }

    private static bool TakeOffset(ref ReadOnlySpan<char> rest, out TimeSpan offset)
    {
        offset = default;
        if (Take(ref rest, 'Z') || Take(ref rest, 'z')) return true;
        var west = Take(ref rest, '-');
        if (!west && !Take(ref rest, '+')) return false;
        if (!TakeNumber(ref rest, 2, out var hours) || !Take(ref rest, ':') || !TakeNumber(ref rest, 2, out var minutes)) return false;
        offset = new TimeSpan(west ? -hours : hours, west ? -minutes : minutes, 0);
        return hours <= 23 && minutes <= 59;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, int digits, out int number)
    {
        number = 0;
        if (rest.Length < digits) return false;
        foreach (var c in rest[..digits])
        {
            if (!char.IsAsciiDigit(c)) return false;
            number = (number * 10) + (c - '0');
        }

        rest = rest[digits..];
        return true;
    }

    private static bool Take(ref ReadOnlySpan<char> rest, char wanted)
    {
        if (rest.IsEmpty || rest[0] != wanted) return false;
        rest = rest[1..];
        return true;
    }
}
