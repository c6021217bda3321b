using System.Globalization;

namespace PlantRuntime.Host.Sites;

/// <summary>Integers and floats (TOML 1.0, "Integer" and "Float").</summary>
internal static class TomlNumbers
{
    /// <summary>The number that a word is, or null and what is wrong with it.</summary>
    public static TomlValue? Read(Position at, string word, out string problem)
    {
        problem = "";
        var unsigned = word.AsSpan(word[0] is '+' or '-' ? 1 : 0);
        switch (unsigned)
        {
            case "inf": return new TomlFloat(at, word[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity);
            case "nan": return new TomlFloat(at, double.NaN);
            case ['0', 'x' or 'o' or 'b', ..]: return ReadBased(at, word, out problem);
        }

        var end = 0;
        if (!PassDigits(unsigned, ref end)) return Malformed(word, out problem);
        if (unsigned[0] == '0' && end > 1)
        {
            problem = $"a number may not begin with 0: {word}";
            return null;
        }

        if (end == unsigned.Length) return ReadInteger(at, word, 10, out problem);
        if (unsigned[end] == '.')
        {
            end++;
            if (!PassDigits(unsigned, ref end)) return Malformed(word, out problem);
        }

        if (end < unsigned.Length && unsigned[end] is 'e' or 'E')
        {
            end++;
            if (end < unsigned.Length && unsigned[end] is '+' or '-') end++;
            if (!PassDigits(unsigned, ref end)) return Malformed(word, out problem);
        }

        if (end < unsigned.Length) return Malformed(word, out problem);
        var number = double.Parse(Digits(word), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsFinite(number)) return new TomlFloat(at, number);
        problem = $"{word} is too large for a float of 64 bits";
        return null;
    }

    private static TomlInteger? ReadBased(Position at, string word, out string problem)
    {
        var numberBase = word[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
        var end = 2;
        var isWhole = numberBase != 0 && PassDigits(word, ref end, numberBase) && end == word.Length;
        if (isWhole) return ReadInteger(at, word, numberBase, out problem);
        problem = numberBase == 0
            ? $"a number with 0x, 0o or 0b has no sign: {word}"
            : $"{word} is no number: expected digits of base {numberBase} after {word[..2]}, with single _ between them";
        return null;
    }

    private static TomlInteger? ReadInteger(Position at, string word, int numberBase, out string problem)
    {
        problem = "";
        UInt128 magnitude = 0;
        foreach (var c in numberBase == 10 ? Digits(word).TrimStart('+', '-') : Digits(word)[2..])
        {
            magnitude = (magnitude * (uint)numberBase) + DigitOf(c);
            if (magnitude > (UInt128)long.MaxValue + (word[0] == '-' ? 1u : 0u))
            {
                problem = $"{word} does not fit into 64 bits";
                return null;
            }
        }

        return new TomlInteger(at, word[0] == '-' ? (long)-(Int128)magnitude : (long)magnitude);
    }

    // At least one digit, single underscores between digits.
    private static bool PassDigits(ReadOnlySpan<char> text, ref int at, int numberBase = 10)
    {
        var start = at;
        while (at < text.Length && (IsDigit(text[at], numberBase) || (text[at] == '_' && at > start && text[at - 1] != '_'))) at++;
        return at > start && text[at - 1] != '_';
    }

    private static bool IsDigit(char c, int numberBase) => numberBase switch
    {
        16 => char.IsAsciiHexDigit(c),
        _ => c >= '0' && c < '0' + numberBase,
    };

    private static uint DigitOf(char c) => (uint)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);

    private static string Digits(string word) => word.Replace("_", "", StringComparison.Ordinal);

    private static TomlValue? Malformed(string word, out string problem)
    {
        problem = $"{word} is no number: expected one such as 42, -7, 0x1F, 1_000, 3.14 or 5e+22"
            + (word.Count(c => c == '.') > 1 ? $"; text stands in quotes, \"{word}\"" : "");
        return null;
    }
}
