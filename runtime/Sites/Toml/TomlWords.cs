using System.Globalization;
using System.Text.RegularExpressions;
using Tomlyn.Syntax;

namespace PlantRuntime.Sites.Toml;

/// <summary>
/// Reads values without quotes: booleans, numbers, dates and times. Tomlyn reads booleans and numbers; this class finds where the word
/// ends, refuses what does not fit into 64 bits, reads dates, and explains what is wrong with a word. <see cref="TomlValueReader"/> calls
/// it; it moves the tokens behind the value and adds problems to them.
/// </summary>
internal static partial class TomlWords
{
    /// <summary>The value at the current token. Null after a problem.</summary>
    public static TomlValue? Read(TomlTokens tokens)
    {
        var length = WordLength(tokens.Rest);
        if (length == 0)
        {
            tokens.Fail(tokens.Start, $"expected a value, found {tokens.Found(tokens.Start)}: text stands in quotes");
            return null;
        }

        var (at, end) = (tokens.At, tokens.Start + length);
        if (!tokens.IsBad && tokens.End == end && FromToken(tokens, at) is { } value) return value;

        var word = tokens.Between(tokens.Start, end);
        TomlValue? read = LooksLikeDate(word) ? ReadDate(at, word) : ReadBased(at, word);
        if (read is null) tokens.Fail(tokens.Start, Explain(word));
        else if (tokens.End != end) tokens.MoveTo(end);
        return read;
    }

    private static TomlValue? FromToken(TomlTokens tokens, SourceLocation at)
    {
        var data = tokens.Data;
        switch (tokens.Kind)
        {
            case TokenKind.True or TokenKind.False:
                return new TomlBoolean(at, tokens.Kind == TokenKind.True);
            case TokenKind.Integer when data >= 0 || tokens.Rest[0] == '-':
            case TokenKind.IntegerHexa or TokenKind.IntegerOctal or TokenKind.IntegerBinary when data >= 0:
                return new TomlInteger(at, data);
            case TokenKind.Float when double.IsFinite(BitConverter.Int64BitsToDouble(data)):
            case TokenKind.Infinite or TokenKind.PositiveInfinite or TokenKind.NegativeInfinite:
            case TokenKind.Nan or TokenKind.PositiveNan or TokenKind.NegativeNan:
                return new TomlFloat(at, BitConverter.Int64BitsToDouble(data));
            default:
                return null;
        }
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = PassWord(text, 0);

        // RFC 3339 allows a blank between date and time.
        var isDate = length == 10 && LooksLikeDate(text[..length]) && text.Length > length + 1;
        return isDate && text[length] == ' ' && char.IsAsciiDigit(text[length + 1]) ? PassWord(text, length + 1) : length;
    }

    private static int PassWord(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or '+' or '.' or ':')) at++;
        return at;
    }

    private static bool LooksLikeDate(ReadOnlySpan<char> word) =>
        word is [>= '0' and <= '9', ..]
        && ((word is [_, _, _, _, '-', ..] && word[..4].IndexOfAnyExceptInRange('0', '9') < 0) || word.IndexOf(':') is 1 or 2);

    // RFC 3339 lets second 60 stand for a leap second; no clock of the host has one, so it is refused. TOML 1.1 makes seconds optional.
    private static TomlDateTime? ReadDate(SourceLocation at, string word)
    {
        if (DateTimePattern().Match(word) is not { Success: true } match) return null;
        var (date, time, fraction, offset) = (match.Groups["date"], match.Groups["time"], match.Groups["fraction"], match.Groups["offset"]);
        var hasBoth = date.Success && time.Success;
        if (match.Groups["separator"].Success != hasBoth || (offset.Success && !hasBoth)) return null;

        if (fraction.Success && time.Length != 8) return null;

        var value = DateTime.MinValue;
        var isDate = DateTime.TryParseExact(date.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
        if (date.Success && !isDate) return null;
        if (time.Success)
        {
            var format = time.Length == 5 ? @"hh\:mm" : @"hh\:mm\:ss";
            if (!TimeSpan.TryParseExact(time.Value, format, CultureInfo.InvariantCulture, out var timeOfDay)) return null;
            value += timeOfDay;
        }

        if (fraction.Success) value = value.AddTicks(int.Parse(fraction.Value.PadRight(7, '0').AsSpan(0, 7), CultureInfo.InvariantCulture));
        var east = TimeSpan.Zero;
        if (offset.Length > 1)
        {
            if (!TimeSpan.TryParseExact(offset.Value[1..], @"hh\:mm", CultureInfo.InvariantCulture, out east)) return null;
            if (offset.Value[0] == '-') east = -east;
        }

        var kind = offset.Success ? TomlDateTimeKind.Offset
            : !time.Success ? TomlDateTimeKind.LocalDate
            : date.Success ? TomlDateTimeKind.Local : TomlDateTimeKind.LocalTime;
        return new TomlDateTime(at, kind, value, east);
    }

    // Tomlyn counts digits, leading zeros included, and refuses what only they make too long.
    private static TomlInteger? ReadBased(SourceLocation at, string word)
    {
        if (!BasedPattern().IsMatch(word)) return null;
        var digits = word[2..].Replace("_", "", StringComparison.Ordinal).TrimStart('0').PadLeft(1, '0');
        var (numberBase, mostDigits) = BaseOf(word[1]);
        if (digits.Length > mostDigits) return null;
        var value = Convert.ToInt64(digits, numberBase);
        return value >= 0 ? new TomlInteger(at, value) : null;
    }

    private static (int Base, int MostDigits) BaseOf(char letter) => letter switch { 'x' => (16, 16), 'o' => (8, 21), _ => (2, 63) };

    private static string Explain(string word)
    {
        var isSigned = word[0] is '+' or '-';
        if (LooksLikeDate(word))
        {
            return $"{word} is no date or time: expected 2026-11-21, 08:30:00, 2026-11-21T08:30:00 or 2026-11-21T08:30:00-03:00";
        }

        if (!char.IsAsciiDigit(word[0]) && !(isSigned && word.Length > 1)) return $"expected a value, found {word}: {Hint(word)}";
        if (word.AsSpan(isSigned ? 1 : 0) is ['0', 'x' or 'o' or 'b', ..])
        {
            if (isSigned) return $"a number with 0x, 0o or 0b has no sign: {word}";
            if (BasedPattern().IsMatch(word)) return $"{word} does not fit into 64 bits";
            return $"{word} is no number: expected digits of base {BaseOf(word[1]).Base} after {word[..2]}, with single _ between them";
        }

        if (LeadingZeroPattern().IsMatch(word)) return $"a number may not begin with 0: {word}";
        if (IntegerPattern().IsMatch(word)) return $"{word} does not fit into 64 bits";
        if (FloatPattern().IsMatch(word)) return $"{word} is too large for a float of 64 bits";
        return $"{word} is no number: expected one such as 42, -7, 0x1F, 1_000, 3.14 or 5e+22"
            + (word.Count(c => c == '.') > 1 ? $"; text stands in quotes, \"{word}\"" : "");
    }

    private static string Hint(string word) => word.ToLowerInvariant() switch
    {
        "true" or "false" or "inf" or "nan" => $"write {word.ToLowerInvariant()}",
        _ => $"text stands in quotes, \"{word}\"",
    };

    [GeneratedRegex(@"^(?<date>\d{4}-\d\d-\d\d)?(?<separator>[Tt ])?"
        + @"(?<time>\d\d:\d\d(:\d\d)?)?(\.(?<fraction>\d+))?(?<offset>[Zz]|[+-]\d\d:\d\d)?$")]
    private static partial Regex DateTimePattern();

    [GeneratedRegex("^0(x[0-9A-Fa-f](_?[0-9A-Fa-f])*|o[0-7](_?[0-7])*|b[01](_?[01])*)$")]
    private static partial Regex BasedPattern();

    [GeneratedRegex("^[+-]?0_?[0-9]")]
    private static partial Regex LeadingZeroPattern();

    [GeneratedRegex("^[+-]?[0-9](_?[0-9])*$")]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(@"^[+-]?[0-9](_?[0-9])*(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?$")]
    private static partial Regex FloatPattern();
}
