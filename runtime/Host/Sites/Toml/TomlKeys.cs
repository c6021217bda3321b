namespace PlantRuntime.Host.Sites;

/// <summary>Bare, quoted and dotted keys (TOML 1.0, "Keys").</summary>
internal static class TomlKeys
{
    /// <summary>How deep tables and arrays may nest, and how many parts a key may have. Nobody writes half as many.</summary>
    public const int MaxDepth = 64;

    /// <summary>The parts of a key, with the blanks after it. Null after a problem.</summary>
    public static List<TomlKey>? Read(TomlScanner scanner)
    {
        var parts = new List<TomlKey>(1);
        do
        {
            scanner.SkipBlanks();
            if (ReadPart(scanner) is not { } part) return null;
            if (parts.Count == MaxDepth)
            {
                scanner.Problem(part.At, $"a key may have at most {MaxDepth} parts");
                return null;
            }

            parts.Add(part);
            scanner.SkipBlanks();
        }
        while (scanner.Take('.'));
        return parts;
    }

    /// <summary>True for the characters of a bare key.</summary>
    public static bool IsBare(int c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-';

    private static TomlKey? ReadPart(TomlScanner scanner)
    {
        var at = scanner.Here;
        if (scanner.Peek() is '"' or '\'') return TomlStrings.ReadLine(scanner) is { } text ? new TomlKey(text.Text, at) : null;

        var start = scanner.Index;
        while (IsBare(scanner.Peek())) scanner.Skip(1);
        if (scanner.Index > start) return new TomlKey(scanner.Since(start), at);

        scanner.Problem(at, scanner.Peek() > 0x7F
            ? $"{scanner.Found()} must be quoted in a key: bare keys have only letters A to Z, digits, _ and -"
            : $"expected a key, found {scanner.Found()}");
        return null;
    }
}
