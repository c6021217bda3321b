using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Converts bytes of a CPU's memory to text and back: strings, and dates and times in the forms of ISO 8601, without a zone because the CPU
/// does not know its zone. Pure.
/// </summary>
internal static class S7Texts
{
    // Days from 1990-01-01 to 2168-12-31, the last date of STEP 7.
    private const int MostDays = 65378;
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const ulong NanosecondsPerDay = 86_400 * NanosecondsPerSecond;

    /// <summary>Formats a value of a type with a text form; returns null if the bytes are no value of the type.</summary>
    public static string? Format(S7Type type, ReadOnlySpan<byte> bytes) => type switch
    {
        S7Type.Char => Encoding.Latin1.GetString(bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes),
        S7Type.String => String(bytes),
        S7Type.WString => WString(bytes),
        S7Type.Date => Date(BinaryPrimitives.ReadUInt16BigEndian(bytes)),
        S7Type.Tod => TimeOfDay(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        S7Type.Dt => DateAndTime(bytes),
        S7Type.LTod => LTimeOfDay(BinaryPrimitives.ReadUInt64BigEndian(bytes)),
        S7Type.Ldt => Ldt(BinaryPrimitives.ReadInt64BigEndian(bytes)),
        _ => Dtl(bytes),
    };

    /// <summary>
    /// Returns why the bytes of a STRING or WSTRING are no text, with the lengths of the CPU and of the address; null for other types.
    /// </summary>
    public static string? WhyNoText(S7Type type, ReadOnlySpan<byte> bytes)
    {
        if (type is not (S7Type.String or S7Type.WString)) return null;
        var (length, most) = Head(type, bytes);
        var room = (bytes.Length - HeadBytes(type)) / CharBytes(type);
        var name = $"{type.ToString().ToUpperInvariant()}[{room}]";
        return length <= room
            ? $"the head of the text says length {length} and greatest length {most}: is there a {name} at this address?"
            : $"the text in the CPU has length {length} and greatest length {most}, the address has room for {room}: make {name} longer";
    }

    // The head: greatest length and length, 1 byte each in a STRING, 2 bytes each in a WSTRING.
    private static (int Length, int Most) Head(S7Type type, ReadOnlySpan<byte> bytes) => type == S7Type.String
        ? (bytes[1], bytes[0])
        : (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), BinaryPrimitives.ReadUInt16BigEndian(bytes));

    // A greatest length of 0 means that it was never set up, as in memory that a panel or another partner fills.
    private static bool IsText(S7Type type, ReadOnlySpan<byte> bytes, out int length)
    {
        (length, var most) = Head(type, bytes);
        return (length <= most || most == 0) && length * CharBytes(type) <= bytes.Length - HeadBytes(type);
    }

    private static string? String(ReadOnlySpan<byte> bytes) =>
        IsText(S7Type.String, bytes, out var length) ? Encoding.Latin1.GetString(bytes.Slice(2, length)) : null;

    private static string? WString(ReadOnlySpan<byte> bytes) =>
        IsText(S7Type.WString, bytes, out var length) ? Encoding.BigEndianUnicode.GetString(bytes.Slice(4, 2 * length)) : null;

    // DATE: days since 1990-01-01 in 2 bytes.
    private static string? Date(ushort days) =>
        days > MostDays ? null : new DateOnly(1990, 1, 1).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? TimeOfDay(uint milliseconds) => milliseconds >= 86_400_000
        ? null
        : TimeOnly.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    // LTOD: nanoseconds since midnight in 8 bytes.
    private static string? LTimeOfDay(ulong nanoseconds)
    {
        if (nanoseconds >= NanosecondsPerDay) return null;
        var (seconds, rest) = Math.DivRem(nanoseconds, NanosecondsPerSecond);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:D2}:{seconds / 60 % 60:D2}:{seconds % 60:D2}.{rest:D9}");
    }

    // LDT: nanoseconds since 1970 in UTC, in 8 bytes.
    private static string? Ldt(long nanoseconds)
    {
        if (nanoseconds < 0) return null;
        var (seconds, rest) = Math.DivRem((ulong)nanoseconds, NanosecondsPerSecond);
        return string.Create(CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddSeconds(seconds):yyyy-MM-ddTHH:mm:ss}.{rest:D9}Z");
    }

    // DT: eight bytes of BCD: year (90 to 89 are 1990 to 2089), month, day, hour, minute, second, milliseconds; the last digit
    // is the weekday.
    private static string? DateAndTime(ReadOnlySpan<byte> bytes)
    {
        Span<int> part = stackalloc int[7];
        for (var i = 0; i < part.Length; i++) part[i] = S7Values.Bcd(bytes[i]);
        var thousandth = bytes[7] >> 4;
        if (part.Contains(-1) || thousandth > 9) return null;
        var year = part[0] + (part[0] >= 90 ? 1900 : 2000);
        return Iso(year, part[1], part[2], part[3], part[4], part[5]) is { } iso ? $"{iso}.{(10 * part[6]) + thousandth:D3}" : null;
    }

    // DTL: year 2 bytes, month, day, weekday, hour, minute, second, nanoseconds 4 bytes.
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

    private static readonly DateTime Origin = new(1990, 1, 1);

    /// <summary>
    /// Writes a text into bytes, whose number is that of the type; the maximum length of a STRING or WSTRING is not changed.
    /// </summary>
    /// <returns>Null if the text was written; else a description of the values that the type can hold, for an error text.</returns>
    public static string? Write(S7Type type, string text, Span<byte> bytes) => type switch
    {
        S7Type.Char => Chars(text, bytes),
        S7Type.String => String(text, bytes),
        S7Type.WString => WString(text, bytes),
        S7Type.Date => Date(text, bytes),
        S7Type.Tod => TimeOfDay(text, bytes),
        S7Type.Dt => DateAndTime(text, bytes),
        S7Type.LTod => LTimeOfDay(text, bytes),
        S7Type.Ldt => Ldt(text, bytes),
        _ => Dtl(text, bytes),
    };

    /// <summary>Returns the number of bytes before the characters: maximum length and length.</summary>
    public static int HeadBytes(S7Type type) => type == S7Type.WString ? 4 : 2;

    /// <summary>Returns the number of bytes of a character.</summary>
    public static int CharBytes(S7Type type) => type == S7Type.WString ? 2 : 1;

    // A single CHAR is one character; CHAR[n] is padded with NULs.
    private static string? Chars(string text, Span<byte> bytes)
    {
        if (bytes.Length == 1) return text.Length == 1 && Latin1(text, bytes) ? null : "one character of Latin-1";
        if (text.Length > bytes.Length || !Latin1(text, bytes)) return $"at most {bytes.Length} characters of Latin-1";
        bytes[text.Length..].Clear();
        return null;
    }

    private static string? String(string text, Span<byte> bytes)
    {
        var most = bytes.Length - 2;
        if (text.Length > most || !Latin1(text, bytes[2..])) return $"at most {most} characters of Latin-1";
        bytes[1] = (byte)text.Length;
        return null;
    }

    private static string? WString(string text, Span<byte> bytes)
    {
        var most = (bytes.Length - 4) / 2;
        if (text.Length > most) return $"at most {most} characters of UTF-16";
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)text.Length);
        for (var i = 0; i < text.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bytes[(4 + (2 * i))..], text[i]);
        return null;
    }

    private static bool Latin1(string text, Span<byte> bytes)
    {
        foreach (var letter in text)
        {
            if (letter > 0xFF) return false;
        }

        Encoding.Latin1.GetBytes(text, bytes);
        return true;
    }

    private static string? Date(string text, Span<byte> bytes)
    {
        const string Expected = "dates from 1990-01-01 to 2168-12-31";
        if (!TryParse(text, "yyyy-MM-dd", out var date) || date < Origin || date.Year > 2168) return Expected;
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(date - Origin).Days);
        return null;
    }

    private static string? TimeOfDay(string text, Span<byte> bytes)
    {
        if (!TryParse(text, "HH:mm:ss.FFF", out var time)) return "times such as 08:15:30.123";
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)time.TimeOfDay.TotalMilliseconds);
        return null;
    }

    private static string? DateAndTime(string text, Span<byte> bytes)
    {
        if (!TryParse(text, "yyyy-MM-ddTHH:mm:ss.FFF", out var time) || time.Year is < 1990 or > 2089)
            return "dates and times from 1990-01-01T00:00:00.000 to 2089-12-31T23:59:59.999";
        ReadOnlySpan<int> parts = [time.Year % 100, time.Month, time.Day, time.Hour, time.Minute, time.Second, time.Millisecond / 10];
        for (var i = 0; i < parts.Length; i++) bytes[i] = S7Values.ToBcd(parts[i]);
        bytes[7] = (byte)(time.Millisecond % 10 << 4 | (int)time.DayOfWeek + 1);
        return null;
    }

    private static string? Dtl(string text, Span<byte> bytes)
    {
        const string Expected = "dates and times such as 2026-11-21T08:15:30.123456789, from 1970 to 2554";
        if (!TryParseNanoseconds(text, "yyyy-MM-ddTHH:mm:ss", out var time, out var nanoseconds)) return Expected;
        if (time.Year is < 1970 or > 2554) return Expected;
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)time.Year);
        ReadOnlySpan<byte> parts = [(byte)time.Month, (byte)time.Day, (byte)(time.DayOfWeek + 1), (byte)time.Hour, (byte)time.Minute,
            (byte)time.Second];
        parts.CopyTo(bytes[2..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], nanoseconds);
        return null;
    }

    private static string? LTimeOfDay(string text, Span<byte> bytes)
    {
        if (!TryParseNanoseconds(text, "HH:mm:ss", out var time, out var nanoseconds)) return "times such as 08:15:30.123456789";
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)time.TimeOfDay.TotalSeconds * NanosecondsPerSecond) + nanoseconds);
        return null;
    }

    private static string? Ldt(string text, Span<byte> bytes)
    {
        const string Expected = "dates and times in UTC such as 2026-11-21T08:15:30.123456789Z, from 1970 to 2262-04-11";
        if (!text.EndsWith('Z')) return Expected;
        if (!TryParseNanoseconds(text[..^1], "yyyy-MM-ddTHH:mm:ss", out var time, out var nanoseconds)) return Expected;
        var all = ((Int128)(time - DateTime.UnixEpoch).TotalSeconds * NanosecondsPerSecond) + nanoseconds;
        if (all < 0 || all > long.MaxValue) return Expected;
        BinaryPrimitives.WriteInt64BigEndian(bytes, (long)all);
        return null;
    }

    // The fraction is parsed apart from the rest, because a DateTime has a resolution of 100 ns.
    private static bool TryParseNanoseconds(string text, string format, out DateTime time, out uint nanoseconds)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : text[(dot + 1)..];
        (time, nanoseconds) = (default, 0);
        if (dot >= 0 && (fraction.Length is < 1 or > 9 || !fraction.All(char.IsAsciiDigit))) return false;
        if (dot >= 0) nanoseconds = uint.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);
        return TryParse(dot < 0 ? text : text[..dot], format, out time);
    }

    private static bool TryParse(string text, string format, out DateTime time) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.NoCurrentDateDefault, out time);
}
