using System.Globalization;
using System.Text;

namespace PlantRuntime.Host.Sites.Toml;

/// <summary>The four kinds of strings (TOML 1.0, "String").</summary>
internal static class TomlStrings
{
    public static TomlString Read(TomlScanner scanner)
    {
        var at = scanner.Here;
        var quote = scanner.Peek();
        var isLong = scanner.Take(new string(quote, 3));
        if (!isLong) scanner.Next();
        if (isLong) scanner.TakeNewline();
        var contentAt = scanner.Here;
        return new TomlString(at, isLong ? ReadLong(scanner, quote, at) : ReadShort(scanner, quote, at), contentAt);
    }

    private static string ReadShort(TomlScanner scanner, char quote, Position start)
    {
        var text = new StringBuilder();
        while (!scanner.Take(quote))
        {
            if (scanner.IsEnd || scanner.Peek() is '\n' or '\r') throw new TomlException(start, $"this string has no closing {quote} on its line");
            scanner.RefuseControl();
            if (quote == '"' && scanner.Take('\\')) Escape(scanner, text);
            else text.Append(scanner.Next());
        }

        return text.ToString();
    }

    private static string ReadLong(TomlScanner scanner, char quote, Position start)
    {
        var text = new StringBuilder();
        while (true)
        {
            if (scanner.IsEnd) throw new TomlException(start, $"this string has no closing {new string(quote, 3)}");
            if (scanner.Peek() == quote)
            {
                // Up to five quotes in a row: the last three close, those before belong to the text.
                var quotes = scanner.TakeWhile(c => c == quote).Length;
                if (quotes > 5) throw scanner.Error($"too many {quote} in a row");
                text.Append(quote, quotes >= 3 ? quotes - 3 : quotes);
                if (quotes >= 3) return text.ToString();
            }
            else if (scanner.TakeNewline()) text.Append('\n');
            else if (quote == '"' && scanner.Take('\\')) EscapeLong(scanner, text);
            else
            {
                scanner.RefuseControl();
                text.Append(scanner.Next());
            }
        }
    }

    /// <summary>A backslash at the end of a line swallows all white space up to the next text.</summary>
    private static void EscapeLong(TomlScanner scanner, StringBuilder text)
    {
        var blanks = 0;
        while (scanner.Peek(blanks) is ' ' or '\t') blanks++;
        if (scanner.Peek(blanks) is not ('\n' or '\r'))
        {
            Escape(scanner, text);
            return;
        }

        do scanner.SkipBlanks();
        while (scanner.TakeNewline());
    }

    private static void Escape(TomlScanner scanner, StringBuilder text)
    {
        var at = scanner.Here;
        var c = scanner.Next();
        switch (c)
        {
            case 'b': text.Append('\b'); break;
            case 't': text.Append('\t'); break;
            case 'n': text.Append('\n'); break;
            case 'f': text.Append('\f'); break;
            case 'r': text.Append('\r'); break;
            case '"' or '\\': text.Append(c); break;
            case 'u': text.Append(Scalar(scanner, 4)); break;
            case 'U': text.Append(Scalar(scanner, 8)); break;
            default: throw new TomlException(at, $"'\\{c}' is no escape; a backslash itself is \\\\, or use '…' quotes");
        }
    }

    private static string Scalar(TomlScanner scanner, int digits)
    {
        var at = scanner.Here;
        var hex = new StringBuilder();
        while (hex.Length < digits && char.IsAsciiHexDigit(scanner.Peek())) hex.Append(scanner.Next());
        if (hex.Length < digits || !Rune.TryCreate(uint.Parse(hex.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture), out var rune))
            throw new TomlException(at, $"expected {digits} hexadecimal digits of a Unicode character");
        return rune.ToString();
    }
}
