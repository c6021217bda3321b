namespace PlantRuntime.Host.Sites;

/// <summary>
/// A strict reader of TOML 1.0. It reads on after a problem, from the next line that can be understood, so that all problems of a file
/// are told at once. Time is linear in the input; nesting is bounded.
/// </summary>
internal static class TomlReader
{
    /// <summary>How many problems of one file are told; then reading stops.</summary>
    public const int MaxProblems = 20;

    /// <summary>Reads a document. What could be read is returned even when there are problems.</summary>
    public static TomlTable Read(ReadOnlySpan<byte> utf8, string file, ProblemList problems)
    {
        var root = new TomlTable(new Position(file, 1, 1));
        if (Utf8Text.Decode(utf8, file, problems) is not { } text) return root;

        var scanner = new TomlScanner(text, file, problems);
        var current = root;
        while (!problems.IsFull)
        {
            scanner.SkipLines();
            if (scanner.AtEnd) break;
            var line = scanner.Line;
            if (scanner.Peek() == '[')
            {
                // Keys under a header that cannot be used go nowhere, rather than into the table before it.
                var opened = ReadHeader(scanner, root);
                root.IsIncomplete |= opened is null;
                current = opened ?? new TomlTable(scanner.Here);
                if (opened is null) scanner.SkipLine();
            }
            else if (!TomlValues.ReadEntry(scanner, current, depth: 0) || !ExpectLineEnd(scanner, "after the value"))
            {
                current.IsIncomplete = true;
                TomlRecovery.SkipStatement(scanner, line);
            }
        }

        return root;
    }

    private static TomlTable? ReadHeader(TomlScanner scanner, TomlTable root)
    {
        var at = scanner.Here;
        scanner.Skip(1);
        var isElement = scanner.Take('[');
        if (TomlKeys.Read(scanner) is not { } keys) return null;
        var close = isElement ? "]]" : "]";
        foreach (var bracket in close)
        {
            if (scanner.Take(bracket)) continue;
            scanner.Problem(scanner.Here, $"expected {close} after the table's name, found {scanner.Found()}");
            return null;
        }

        if (!ExpectLineEnd(scanner, "after the header")) return null;
        return isElement ? TomlDefinitions.OpenElement(scanner, root, keys, at) : TomlDefinitions.OpenTable(scanner, root, keys, at);
    }

    private static bool ExpectLineEnd(TomlScanner scanner, string where)
    {
        scanner.SkipBlanksAndComment();
        if (scanner.AtLineEnd) return true;
        scanner.Problem(scanner.Here, $"expected the end of the line {where}, found {scanner.Found()}");
        return false;
    }
}
