using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Bytes of a CPU's memory to text: strings, and dates and times in the forms of ISO 8601. The CPU's clock says nothing about its zone, so
/// neither does the text.
/// </summary>
internal static class S7Texts
{
    private const int MostDays = 65378;

    /// <summary>A value that is shown as text; null when the bytes are no value of the type.</summary>
    public static string? Of(S7Type type, ReadOnlySpan<byte> bytes) => type switch
    {
        S7Type.Char => Encoding.Latin1.GetString(bytes),
        S7Type.String => String(bytes),
        S7Type.WString => WString(bytes),
        S7Type.Date => Date(BinaryPrimitives.ReadUInt16BigEndian(bytes)),
        S7Type.Tod => TimeOfDay(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        S7Type.Dt => DateAndTime(bytes),
        _ => Dtl(bytes),
    };

    // Greatest length, length, characters of one byte.
    private static string? String(ReadOnlySpan<byte> bytes)
    {
        var length = bytes[1];
        return length <= bytes[0] && length <= bytes.Length - 2 ? Encoding.Latin1.GetString(bytes.Slice(2, length)) : null;
    }

    // The same in words: UTF-16.
    private static string? WString(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        var isWhole = length <= BinaryPrimitives.ReadUInt16BigEndian(bytes) && 2 * length <= bytes.Length - 4;
        return isWhole ? Encoding.BigEndianUnicode.GetString(bytes.Slice(4, 2 * length)) : null;
    }

    // Days since 1990-01-01; STEP 7 ends at 2168-12-31.
    private static string? Date(ushort days) =>
        days > MostDays ? null : new DateOnly(1990, 1, 1).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? TimeOfDay(uint milliseconds) => milliseconds >= 86_400_000
        ? null
        : TimeOnly.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    // Eight bytes of BCD: year (90 to 89 are 1990 to 2089), month, day, hour, minute, second, milliseconds; last digit the weekday.
    private static string? DateAndTime(ReadOnlySpan<byte> bytes)
    {
        Span<int> part = stackalloc int[7];
        for (var i = 0; i < part.Length; i++) part[i] = S7Values.Bcd(bytes[i]);
        var thousandth = bytes[7] >> 4;
        if (part.Contains(-1) || thousandth > 9) return null;
        var year = part[0] + (part[0] >= 90 ? 1900 : 2000);
        return Iso(year, part[1], part[2], part[3], part[4], part[5]) is { } iso ? $"{iso}.{(10 * part[6]) + thousandth:D3}" : null;
    }

    // Year in a word, month, day, weekday, hour, minute, second, nanoseconds in a double word.
    private static string? Dtl(ReadOnlySpan<byte> bytes)
    {
        var nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        var iso = Iso(BinaryPrimitives.ReadUInt16BigEndian(bytes), bytes[2], bytes[3], bytes[5], bytes[6], bytes[7]);
        return iso is null || nanoseconds > 999_999_999 ? null : $"{iso}.{nanoseconds:D9}";
    }

    private static string? Iso(int year, int month, int day, int hour, int minute, int second)
    {
        var isDay = year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        return isDay && hour < 24 && minute < 60 && second < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{month:D2}-{day:D2}T{hour:D2}:{minute:D2}:{second:D2}")
            : null;
    }
}
