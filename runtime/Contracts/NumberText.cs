using System.Globalization;

namespace PlantRuntime.Contracts;

/// <summary>
/// Converts text to numbers by one rule, for payloads of drivers, tag tables, recipes and writes: an optional sign, ASCII digits with at
/// most one decimal separator, an optional exponent, and nothing else but white space, NUL or a byte order mark around it. A text that does
/// not fit is never read as another number. Independent of the culture of the computer; pure.
/// </summary>
public static class NumberText
{
    // A double has at most 309 digits before the decimal separator.
    private const int MaxLength = 400;

    // Up to here a double represents every integer.
    private const long MaxExact = 1L << 53;

    /// <summary>
    /// Converts a text: to the nearest double, or to an integer if it is one that a double cannot represent exactly and 64 bits can.
    /// With <see cref="DecimalSeparator.Comma"/> the digits before a comma may have groups of three, 1.234,5; without a comma, groups are
    /// refused, because 1.234 would be ambiguous.
    /// </summary>
    /// <returns>False if the text is not a number, or is one that a double can only represent as 0 or as an infinity.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Value number, DecimalSeparator separator = DecimalSeparator.Point)
    {
        number = default;
        text = Trim(text);
        if (text.Length is 0 or > MaxLength) return false;
        Span<char> digits = stackalloc char[MaxLength];
        if (!TryNormalize(text, separator, digits, out var length, out var isWhole)) return false;
        digits = digits[..length];
        if (isWhole && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            // The minus of -0 is kept.
            if (whole is 0 or < -MaxExact or > MaxExact) number = whole == 0 ? Value.Of(digits[0] == '-' ? -0.0 : 0.0) : Value.Of(whole);
            else number = Value.Of((double)whole);
            return true;
        }

        if (isWhole && ulong.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var unsigned))
        {
            number = Value.Of(unsigned);
            return true;
        }

        const NumberStyles Form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var parsed = double.Parse(digits, Form, CultureInfo.InvariantCulture);
        if (!double.IsFinite(parsed) || (parsed == 0 && HasMantissa(digits))) return false;
        number = Value.Of(parsed);
        return true;
    }

    /// <summary>
    /// Returns the reason for the tag whose text is not a number. It contains the text, escaped and shortened, and names the option
    /// <c>decimal</c> if that would help.
    /// </summary>
    public static string Describe(ReadOnlySpan<char> text, DecimalSeparator separator = DecimalSeparator.Point)
    {
        var reason = $"the text {TextExcerpt.Quote(text)} is not a number";
        if (separator == DecimalSeparator.Comma) return $"{reason} with a decimal comma";
        var hasComma = TryParse(text, out var number, DecimalSeparator.Comma);
        return hasComma ? $"{reason}; with decimal = \"comma\" the tag reads it as {number}" : reason;
    }

    /// <summary>Removes white space and NUL around a text, and a byte order mark before it.</summary>
    internal static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim("\uFEFF \t\r\n\0");

    private static bool TryNormalize(
        ReadOnlySpan<char> text, DecimalSeparator separator, Span<char> digits, out int length, out bool isWhole)
    {
        var at = 0;
        length = 0;
        isWhole = false;
        if (text[0] is '+' or '-') digits[length++] = text[at++];
        var hasGroups = false;
        var start = length;
        CopyDigits(text, ref at, digits, ref length);
        if (separator == DecimalSeparator.Comma && length - start is >= 1 and <= 3 && digits[start] != '0')
        {
            for (; at < text.Length && text[at] == '.'; hasGroups = true)
            {
                at++;
                if (CopyDigits(text, ref at, digits, ref length) != 3) return false;
            }
        }

        var wholeDigits = length - start;
        var fractionDigits = 0;
        isWhole = at == text.Length;
        if (at < text.Length && text[at] == (separator == DecimalSeparator.Comma ? ',' : '.'))
        {
            at++;
            digits[length++] = '.';
            fractionDigits = CopyDigits(text, ref at, digits, ref length);
        }

        if (wholeDigits + fractionDigits == 0 || (hasGroups && fractionDigits == 0)) return false;
        if (at < text.Length && text[at] is 'e' or 'E' && !hasGroups)
        {
            digits[length++] = text[at++];
            if (at < text.Length && text[at] is '+' or '-') digits[length++] = text[at++];
            if (CopyDigits(text, ref at, digits, ref length) == 0) return false;
        }

        return at == text.Length;
    }

    private static int CopyDigits(ReadOnlySpan<char> text, ref int at, Span<char> digits, ref int length)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) digits[length++] = text[at++];
        return at - start;
    }

    private static bool HasMantissa(ReadOnlySpan<char> digits)
    {
        var exponent = digits.IndexOfAny('e', 'E');
        return (exponent < 0 ? digits : digits[..exponent]).IndexOfAnyInRange('1', '9') >= 0;
    }
}

/// <summary>The character between the whole digits and the decimals of a number in a text.</summary>
public enum DecimalSeparator
{
    /// <summary>1.5.</summary>
    Point,

    /// <summary>1,5; groups of three digits before it may be separated by points.</summary>
    Comma,
}
