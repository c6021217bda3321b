namespace PlantRuntime.Host.Sites;

/// <summary>Values that are a word without quotes: booleans, numbers, dates and times.</summary>
internal static class TomlScalars
{
    /// <summary>The value at the next character. Null after a problem.</summary>
    public static TomlValue? Read(TomlScanner scanner)
    {
        var at = scanner.Here;
        var word = ReadWord(scanner);
        if (word.Length == 0)
        {
            scanner.Problem(at, $"expected a value, found {scanner.Found()}: text stands in quotes");
            return null;
        }

        if (word is "true" or "false") return new TomlBoolean(at, word == "true");

        string problem;
        TomlValue? value = null;
        if (TomlDates.LooksLikeOne(word)) value = TomlDates.Read(at, word, out problem);
        else if (LooksLikeNumber(word)) value = TomlNumbers.Read(at, word, out problem);
        else problem = $"expected a value, found {word}: {Hint(word)}";
        if (value is null) scanner.Problem(at, problem);
        return value;
    }

    private static string ReadWord(TomlScanner scanner)
    {
        var start = scanner.Index;
        PassWord(scanner);

        // RFC 3339 lets a blank stand between date and time.
        var isDate = scanner.Index - start == 10 && TomlDates.LooksLikeOne(scanner.Since(start));
        if (isDate && scanner.Peek() == ' ' && scanner.Peek(1) is >= '0' and <= '9')
        {
            scanner.Skip(1);
            PassWord(scanner);
        }

        return scanner.Since(start);
    }

    private static void PassWord(TomlScanner scanner)
    {
        while (TomlKeys.IsBare(scanner.Peek()) || scanner.Peek() is '+' or '.' or ':') scanner.Skip(1);
    }

    private static bool LooksLikeNumber(string word) =>
        char.IsAsciiDigit(word[0]) || (word[0] is '+' or '-' && word.Length > 1) || word is "inf" or "nan";

    private static string Hint(string word) => word.ToLowerInvariant() switch
    {
        "true" or "false" or "inf" or "nan" => $"write {word.ToLowerInvariant()}",
        _ => $"text stands in quotes, \"{word}\"",
    };
}
