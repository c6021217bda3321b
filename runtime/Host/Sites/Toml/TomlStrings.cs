using System.Text;

namespace PlantRuntime.Host.Sites;

/// <summary>
/// The four strings of TOML 1.0 ("String"). Bad escapes are reported and passed over; only a string that does not end is lost.
/// </summary>
internal static class TomlStrings
{
    /// <summary>A string of any form; the next character is its quote. Null after a problem.</summary>
    public static TomlString? Read(TomlScanner scanner) =>
        scanner.Peek(1) == scanner.Peek() && scanner.Peek(2) == scanner.Peek() ? ReadLines(scanner) : ReadLine(scanner);

    /// <summary>A string of one line; the next character is its quote. Null after a problem.</summary>
    public static TomlString? ReadLine(TomlScanner scanner)
    {
        var at = scanner.Here;
        var quote = (char)scanner.Peek();
        scanner.Skip(1);
        var textAt = scanner.Here;
        StringBuilder? text = null;
        var start = scanner.Index;
        while (!scanner.Take(quote))
        {
            if (scanner.AtLineEnd)
            {
                scanner.Problem(at, $"the string has no end: expected {quote} before {scanner.Found()}");
                return null;
            }

            if (quote == '"' && scanner.Peek() == '\\')
            {
                text ??= new StringBuilder();
                text.Append(scanner.Since(start));
                TomlEscapes.Read(scanner, text);
                start = scanner.Index;
            }
            else
            {
                PassCharacter(scanner);
            }
        }

        var rest = scanner.Since(start)[..^1];
        return new TomlString(at, textAt, text is null ? rest : text.Append(rest).ToString(), isPlain: text is null);
    }

    private static TomlString? ReadLines(TomlScanner scanner)
    {
        var at = scanner.Here;
        var quote = (char)scanner.Peek();
        scanner.Skip(3);
        scanner.TakeLineBreak();
        var textAt = scanner.Here;
        var text = new StringBuilder();
        var start = scanner.Index;
        while (!scanner.AtEnd)
        {
            if (scanner.Peek() == quote)
            {
                var quotes = CountQuotes(scanner, quote);
                scanner.Skip(quotes);
                if (quotes < 3) continue;
                text.Append(scanner.Since(start)).Length -= 3;
                return new TomlString(at, textAt, text.ToString(), isPlain: false);
            }

            if (quote == '"' && scanner.Peek() == '\\')
            {
                text.Append(scanner.Since(start));
                if (!TomlEscapes.SkipFoldedLines(scanner)) TomlEscapes.Read(scanner, text);
                start = scanner.Index;
            }
            else if (!scanner.TakeLineBreak())
            {
                PassCharacter(scanner);
            }
        }

        scanner.Problem(at, $"the string has no end: expected {new string(quote, 3)} before the end of the file");
        return null;
    }

    // Up to two quotes may stand right before the closing three.
    private static int CountQuotes(TomlScanner scanner, char quote)
    {
        var count = 1;
        while (count < 5 && scanner.Peek(count) == quote) count++;
        return count;
    }

    private static void PassCharacter(TomlScanner scanner)
    {
        if (TomlScanner.IsControl(scanner.Peek())) scanner.Problem(scanner.Here, $"a string may not hold {scanner.Found()} as it is");
        scanner.Skip(1);
    }
}
