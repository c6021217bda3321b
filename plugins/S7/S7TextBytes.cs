using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.S7;

/// <summary>Texts to bytes of a CPU's memory, in the forms in which <see cref="S7Texts"/> shows them.</summary>
internal static class S7TextBytes
{
    private static readonly DateTime Origin = new(1990, 1, 1);

    /// <summary>
    /// Puts a text into its bytes, which are exactly the type's; of STRING and WSTRING the greatest length stays as it is.
    /// </summary>
    /// <returns>What the type holds instead, or null when all is well.</returns>
    public static string? Write(S7Type type, string text, Span<byte> bytes) => type switch
    {
        S7Type.Char => text.Length == 1 && Latin1(text, bytes) ? null : "one character of Latin-1",
        S7Type.String => String(text, bytes),
        S7Type.WString => WString(text, bytes),
        S7Type.Date => Date(text, bytes),
        S7Type.Tod => TimeOfDay(text, bytes),
        S7Type.Dt => DateAndTime(text, bytes),
        _ => Dtl(text, bytes),
    };

    /// <summary>Bytes before the characters: greatest length and length.</summary>
    public static int HeadBytes(S7Type type) => type == S7Type.WString ? 4 : 2;

    /// <summary>Bytes of a character.</summary>
    public static int CharBytes(S7Type type) => type == S7Type.WString ? 2 : 1;

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
        for (var i = 0; i < parts.Length; i++) bytes[i] = S7NumberBytes.Bcd(parts[i]);
        bytes[7] = (byte)(time.Millisecond % 10 << 4 | (int)time.DayOfWeek + 1);
        return null;
    }

    // Nanoseconds stand apart: a DateTime counts in hundreds of them.
    private static string? Dtl(string text, Span<byte> bytes)
    {
        const string Expected = "dates and times such as 2026-11-21T08:15:30.123456789, from 1970 to 2554";
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : text[(dot + 1)..];
        var isFraction = dot < 0 || (fraction.Length is >= 1 and <= 9 && fraction.All(char.IsAsciiDigit));
        if (!isFraction || !TryParse(dot < 0 ? text : text[..dot], "yyyy-MM-ddTHH:mm:ss", out var time)) return Expected;
        if (time.Year is < 1970 or > 2554) return Expected;
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)time.Year);
        ReadOnlySpan<byte> parts = [(byte)time.Month, (byte)time.Day, (byte)(time.DayOfWeek + 1), (byte)time.Hour, (byte)time.Minute,
            (byte)time.Second];
        parts.CopyTo(bytes[2..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], uint.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture));
        return null;
    }

    private static bool TryParse(string text, string format, out DateTime time) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.NoCurrentDateDefault, out time);
}
