using System.Globalization;
using System.Text;

namespace PlantRuntime.Host.Sites;

/// <summary>What a backslash begins in a TOML 1.0 string.</summary>
internal static class TomlEscapes
{
    private const string Known = "\\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX";

    /// <summary>Resolves the escape at the next character, a backslash, into <paramref name="text"/>.</summary>
    public static void Read(TomlScanner scanner, StringBuilder text)
    {
        var at = scanner.Here;
        scanner.Skip(1);
        var c = scanner.Peek();
        var plain = c switch { 'b' => '\b', 't' => '\t', 'n' => '\n', 'f' => '\f', 'r' => '\r', '"' => '"', '\\' => '\\', _ => '\0' };
        if (plain != '\0')
        {
            scanner.Skip(1);
            text.Append(plain);
        }
        else if (c is 'u' or 'U')
        {
            scanner.Skip(1);
            ReadUnicode(scanner, text, at, digits: c == 'u' ? 4 : 8);
        }
        else
        {
            // The character itself is left alone: it may be the quote or the line's end.
            scanner.Problem(at, $"unknown escape \\ before {scanner.Found()}: expected one of {Known}; in '…' a backslash is a backslash");
        }
    }

    /// <summary>Passes a backslash that ends a line, with the blanks and line breaks after it. False when it is another escape.</summary>
    public static bool SkipFoldedLines(TomlScanner scanner)
    {
        var start = scanner.Index;
        scanner.Skip(1);
        scanner.SkipBlanks();
        if (scanner.AtEnd || !scanner.AtLineEnd)
        {
            scanner.RewindTo(start);
            return false;
        }

        while (scanner.TakeLineBreak()) scanner.SkipBlanks();
        return true;
    }

    private static void ReadUnicode(TomlScanner scanner, StringBuilder text, Position at, int digits)
    {
        var start = scanner.Index;
        while (scanner.Index - start < digits && scanner.Peek() is var c and >= 0 && char.IsAsciiHexDigit((char)c)) scanner.Skip(1);
        var hex = scanner.Since(start);
        if (hex.Length < digits)
        {
            scanner.Problem(at, $"expected {digits} hexadecimal digits after \\{(digits == 4 ? 'u' : 'U')}, found {hex.Length}");
        }
        else if (!Rune.TryCreate(uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture), out var rune))
        {
            scanner.Problem(at, $"U+{hex} is no Unicode character: expected 0000 to D7FF or E000 to 10FFFF");
        }
        else
        {
            text.Append(rune);
        }
    }
}
