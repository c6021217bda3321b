using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PlantRuntime.Contracts;

/// <summary>
/// Converts the times of payloads and files to UTC by one rule. A number, also as text, counts from 1970 in seconds, milliseconds,
/// microseconds or nanoseconds, by its magnitude: below 10¹¹ it is seconds, which lasts until the year 5138, below 10¹⁴ milliseconds, below
/// 10¹⁷ microseconds. A text is a calendar time, <c>2017-06-02T12:09:05.123+02:00</c> or <c>2017-06-02 12:09:05</c>; without a zone of its
/// own it is in the zone that the caller gives. A time that is not certain is refused. Pure.
/// </summary>
public static class TimeText
{
    private const int MaxLength = 64;

    private const string NotTime =
        "is not a time: expected seconds, milliseconds, microseconds or nanoseconds since 1970, "
        + "or 2017-06-02T12:09:05 with or without a zone";

    /// <summary>Converts a text.</summary>
    /// <param name="text">The text; white space, NUL and a byte order mark around it are ignored.</param>
    /// <param name="zone">The zone of a calendar time that names none.</param>
    /// <param name="utc">The time in UTC, rounded down to 100 ns.</param>
    /// <param name="problem">The reason, which contains the text, escaped and shortened; empty if there is none.</param>
    /// <returns>False if the text is not a time, is ambiguous, or its time does not exist in the zone.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, TimeZoneInfo zone, out DateTime utc, out string problem)
    {
        utc = default;
        var trimmed = NumberText.Trim(text);
        var why = trimmed.Length is 0 or > MaxLength ? NotTime : Parse(trimmed, zone, out utc);
        problem = why is null ? "" : $"{TextExcerpt.Quote(text)} {why}";
        return why is null;
    }

    /// <summary>
    /// Converts the number or string at a JSON reader, which is not moved; see
    /// <see cref="TryParse(ReadOnlySpan{char}, TimeZoneInfo, out DateTime, out string)"/>.
    /// </summary>
    public static bool TryRead(ref Utf8JsonReader json, TimeZoneInfo zone, out DateTime utc, out string problem)
    {
        Span<char> text = stackalloc char[MaxLength * 6];
        utc = default;
        problem = "";
        if (json.TokenType is JsonTokenType.String && json.ValueSpan.Length <= text.Length)
            return TryParse(text[..json.CopyString(text)], zone, out utc, out problem);
        if (json.TokenType is JsonTokenType.Number && json.ValueSpan.Length <= text.Length)
            return TryParse(text[..Encoding.ASCII.GetChars(json.ValueSpan, text)], zone, out utc, out problem);
        problem = json.TokenType is JsonTokenType.String or JsonTokenType.Number
            ? $"a text of {json.ValueSpan.Length} bytes {NotTime}"
            : $"{json.TokenType} {NotTime}";
        return false;
    }

    private static string? Parse(ReadOnlySpan<char> text, TimeZoneInfo zone, out DateTime utc)
    {
        const NumberStyles Form = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        utc = default;
        if (decimal.TryParse(text, Form, CultureInfo.InvariantCulture, out var number))
        {
            if (CompactTime.TryParse(text, out var compact, out var isAmbiguous))
                return isAmbiguous ? "can be a date or a number of seconds or milliseconds" : ToUtc(compact, zone, out utc);
            return TryFromNumber(number, out utc) ? null : NotTime;
        }

        var calendar = new CalendarTimeParser(text);
        if (calendar.TryParse(out var time, out var offset))
        {
            if (offset is not { } minutes) return ToUtc(time, zone, out utc);
            var ticks = time.Ticks - (minutes * TimeSpan.TicksPerMinute);
            if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) return NotTime;
            utc = new DateTime(ticks, DateTimeKind.Utc);
            return null;
        }

        if (!DateTime.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out time)) return NotTime;
        utc = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        return null;
    }

    private static bool TryFromNumber(decimal number, out DateTime utc)
    {
        utc = default;
        if (number is < 0 or > 1e21m) return false;
        var ticks = decimal.Floor(number switch
        {
            < 1e11m => number * TimeSpan.TicksPerSecond,
            < 1e14m => number * TimeSpan.TicksPerMillisecond,
            < 1e17m => number * TimeSpan.TicksPerMicrosecond,
            _ => number / TimeSpan.NanosecondsPerTick,
        });
        if (ticks > (DateTime.MaxValue - DateTime.UnixEpoch).Ticks) return false;
        utc = DateTime.UnixEpoch.AddTicks((long)ticks);
        return true;
    }

    private static string? ToUtc(DateTime local, TimeZoneInfo zone, out DateTime utc)
    {
        utc = default;
        if (zone.IsInvalidTime(local)) return $"does not exist in {zone.Id}, where clocks are set forward then";
        if (zone.IsAmbiguousTime(local)) return $"occurs twice in {zone.Id}, where clocks are set back then";
        var ticks = local.Ticks - zone.GetUtcOffset(local).Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) return NotTime;
        utc = new DateTime(ticks, DateTimeKind.Utc);
        return null;
    }
}
