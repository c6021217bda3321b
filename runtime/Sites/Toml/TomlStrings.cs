using System.Buffers;
using System.Globalization;
using System.Text;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace PlantRuntime.Sites.Toml;

/// <summary>
/// Reads strings and quoted keys. Tomlyn resolves the escapes; this class checks what it accepts too readily and reports every error at its
/// own location. A string with a bad escape is still a value, so that its line makes one error; a string without an end is lost.
/// </summary>
internal static class TomlStrings
{
    private const string Known = "\\b \\t \\n \\f \\r \\e \\\" \\\\ \\xHH \\uXXXX \\UXXXXXXXX";

    private static readonly SearchValues<char> s_suspicious = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(c => (char)c).Where(TomlTokens.IsControl), '\x7F', '\\']);

    /// <summary>The string that is the current token. Null after a problem that leaves no string.</summary>
    public static TomlString? Read(TomlTokens tokens)
    {
        var (at, start, quote) = (tokens.At, tokens.Start, tokens.Text[tokens.Start]);
        var isMulti = tokens.Kind is TokenKind.StringMulti or TokenKind.StringLiteralMulti;
        var first = start + (isMulti ? 3 : 1);
        var content = tokens.Content;
        var isPlain = !isMulti && !(tokens.IsBad || tokens.Text.AsSpan(start, tokens.End - start).ContainsAny(s_suspicious));
        if (isPlain) return new TomlString(at, at with { Column = at.Column + 1 }, content, isPlain: true);

        var problems = tokens.ProblemCount;
        if (isMulti && tokens.IsLineEnd(first) && first < tokens.Text.Length) first = tokens.NextLine(first);
        if (FindEnd(tokens, first, quote, isMulti) is not { } end)
        {
            var where = isMulti ? "the end of the file" : tokens.Found(LineEnd(tokens, first));
            tokens.Fail(start, $"the string has no end: expected {new string(quote, isMulti ? 3 : 1)} before {where}");
            if (isMulti) MoveToEnd(tokens);
            return null;
        }

        if (tokens.IsBad && tokens.ProblemCount == problems) tokens.Fail(start, $"the string is not valid: {tokens.Error}");
        if (end != tokens.End) tokens.MoveTo(end);
        return new TomlString(at, tokens.LocationOf(first), content, isPlain: quote == '\'' && !isMulti);
    }

    // Reports each error on the way to the end of a string; null when it has none.
    private static int? FindEnd(TomlTokens tokens, int at, char quote, bool isMulti)
    {
        var text = tokens.Text;
        while (at < text.Length && !tokens.IsFull)
        {
            if (text[at] == quote)
            {
                if (!isMulti) return at + 1;
                var quotes = text.AsSpan(at).IndexOfAnyExcept(quote) is var other and >= 0 ? other : text.Length - at;
                // Up to two quotes may precede the closing three.
                if (quotes >= 3) return at + Math.Min(quotes, 5);
                at += quotes;
            }
            else if (tokens.IsLineEnd(at))
            {
                if (!isMulti) return null;
                at = tokens.NextLine(at);
            }
            else if (text[at] == '\\' && quote == '"')
            {
                at = PassEscape(tokens, at, isMulti);
            }
            else
            {
                if (TomlTokens.IsControl(text[at])) tokens.Fail(at, $"a string may not hold {tokens.Found(at)} as it is");
                at++;
            }
        }

        return tokens.IsFull ? at : null;
    }

    private static int PassEscape(TomlTokens tokens, int at, bool isMulti)
    {
        var text = tokens.Text;
        var c = at + 1 < text.Length ? text[at + 1] : '\n';
        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0) return PassDigits(tokens, at, c, digits);
        if ("btnfre\"\\".Contains(c)) return at + 2;

        // A backslash that ends a line, apart from blanks, removes the line break.
        var lineEnd = at + 1;
        while (lineEnd < text.Length && text[lineEnd] is ' ' or '\t') lineEnd++;
        if (isMulti && tokens.IsLineEnd(lineEnd)) return lineEnd;

        // The character itself is left alone: it may be the quote. At the line's end the string has no end, which is error enough.
        if (!isMulti && tokens.IsLineEnd(at + 1)) return at + 1;
        tokens.Fail(at, $"unknown escape \\ before {tokens.Found(at + 1)}: expected one of {Known}; in '…' a backslash is a backslash");
        return at + 1;
    }

    private static int PassDigits(TomlTokens tokens, int at, char letter, int digits)
    {
        var (text, end) = (tokens.Text, at + 2);
        while (end < text.Length && end < at + 2 + digits && char.IsAsciiHexDigit(text[end])) end++;
        var hex = text.AsSpan(at + 2, end - at - 2);
        if (hex.Length < digits)
        {
            tokens.Fail(at, $"expected {digits} hexadecimal digits after \\{letter}, found {hex.Length}");
        }
        else if (!Rune.IsValid(uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
        {
            tokens.Fail(at, $"U+{hex} is no Unicode character: expected 0000 to D7FF or E000 to 10FFFF");
        }

        return end;
    }

    private static int LineEnd(TomlTokens tokens, int at)
    {
        while (!tokens.IsLineEnd(at)) at++;
        return at;
    }

    private static void MoveToEnd(TomlTokens tokens)
    {
        tokens.MoveTo(tokens.Text.Length);
        tokens.Next(TomlLexerMode.Key);
    }
}
