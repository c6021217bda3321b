namespace PlantRuntime.Contracts;

/// <summary>
/// Parses calendar times: ISO 8601 in extended and basic form (<c>2017-06-02T12:09:05.123Z</c>, <c>20170602T120905+02</c>), with a blank
/// for the T, a slash for the hyphens, or <c>UTC</c> or <c>GMT</c> at the end. Days come first nowhere, because 06/02 would be ambiguous.
/// Allocates nothing. <see cref="TimeText"/> creates one for each text.
/// </summary>
internal ref struct CalendarTimeParser(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    private readonly char Next => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Parses the whole text.</summary>
    /// <param name="time">The time as written.</param>
    /// <param name="offset">Its offset from UTC in minutes, or null if it has none.</param>
    public bool TryParse(out DateTime time, out int? offset)
    {
        time = default;
        offset = null;
        if (!TryReadDigits(4, out var year)) return false;
        var hyphen = Next is '-' or '/' ? Next : '\0';
        if (!TrySkip(hyphen) || !TryReadDigits(2, out var month) || !TrySkip(hyphen) || !TryReadDigits(2, out var day)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        time = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified);

        // A date alone is its midnight; eight digits alone are a number.
        if (_at == _text.Length) return hyphen != '\0';
        if (Next is not ('T' or 't' or ' ') || !TryReadTimeOfDay(out var ticks)) return false;
        time = time.AddTicks(ticks);
        return _at == _text.Length || (TryReadZone(out offset) && _at == _text.Length);
    }

    private bool TryReadTimeOfDay(out long ticks)
    {
        _at++;
        ticks = 0;
        if (!TryReadDigits(2, out var hour)) return false;
        var colon = Next == ':' ? ':' : '\0';
        if (!TrySkip(colon) || !TryReadDigits(2, out var minute)) return false;
        var second = 0;
        var hasSecond = colon == '\0' ? char.IsAsciiDigit(Next) : Next == ':';
        if (hasSecond && (!TrySkip(colon) || !TryReadDigits(2, out second))) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;
        ticks = new TimeSpan(hour, minute, second).Ticks;
        if (!hasSecond || Next is not ('.' or ',')) return true;
        _at++;
        if (!char.IsAsciiDigit(Next)) return false;
        for (var unit = TimeSpan.TicksPerSecond / 10; char.IsAsciiDigit(Next); unit /= 10) ticks += unit * (_text[_at++] - '0');
        return true;
    }

    private bool TryReadZone(out int? minutes)
    {
        minutes = 0;
        if (Next == ' ') _at++;
        var rest = _text[_at..];
        if (rest is "Z" or "z" or "UTC" or "GMT")
        {
            _at = _text.Length;
            return true;
        }

        if (Next is not ('+' or '-')) return false;
        var sign = _text[_at++] == '-' ? -1 : 1;
        var minute = 0;
        if (!TryReadDigits(2, out var hour)) return false;
        if (_at < _text.Length && (!TrySkip(Next == ':' ? ':' : '\0') || !TryReadDigits(2, out minute))) return false;
        minutes = sign * ((hour * 60) + minute);
        return hour <= 18 && minute <= 59;
    }

    private bool TryReadDigits(int count, out int number)
    {
        number = 0;
        for (; count > 0 && char.IsAsciiDigit(Next); count--) number = (number * 10) + (_text[_at++] - '0');
        return count == 0;
    }

    // '\0' stands for no separator.
    private bool TrySkip(char separator)
    {
        if (separator == '\0') return true;
        if (Next != separator) return false;
        _at++;
        return true;
    }
}

/// <summary>
/// Recognizes calendar times of digits only. Fourteen digits, 20170602120905, are one: as milliseconds they would be after the year 2590.
/// Eight and twelve digits that are a date are ambiguous: as seconds or milliseconds they are in the years 1970 to 1976. Pure.
/// </summary>
internal static class CompactTime
{
    private const int FirstYear = 1970;
    private const int LastYear = 2200;

    /// <summary>Returns true if the digits are a calendar time between 1970 and 2200.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTime time, out bool isAmbiguous)
    {
        var point = text.IndexOf('.');
        var digits = point < 0 ? text.Length : point;
        time = default;
        isAmbiguous = digits is 8 or 12;
        if (digits is not (8 or 12 or 14) || text.ContainsAny('e', 'E')) return false;
        Span<char> basic = stackalloc char[80];
        text[..8].CopyTo(basic);
        (digits == 8 ? "T0000" : "T").CopyTo(basic[8..]);
        if (digits > 8) text[8..].CopyTo(basic[9..]);
        var length = digits == 8 ? 13 : text.Length + 1;
        return new CalendarTimeParser(basic[..length]).TryParse(out time, out _) && time.Year is >= FirstYear and <= LastYear;
    }
}
