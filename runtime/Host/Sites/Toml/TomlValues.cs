namespace PlantRuntime.Host.Sites;

/// <summary>Values of every type; arrays and inline tables to a bounded depth.</summary>
internal static class TomlValues
{
    /// <summary>The value at the next character. Null after a problem.</summary>
    /// <param name="scanner">The document.</param>
    /// <param name="depth">How many tables and arrays the value is in.</param>
    public static TomlValue? Read(TomlScanner scanner, int depth)
    {
        if (scanner.Peek() is '"' or '\'') return TomlStrings.Read(scanner);
        if (scanner.Peek() is not ('[' or '{')) return TomlScalars.Read(scanner);
        if (depth < TomlKeys.MaxDepth) return scanner.Peek() == '[' ? ReadArray(scanner, depth + 1) : ReadTable(scanner, depth + 1);
        scanner.Problem(scanner.Here, $"nested too deep: at most {TomlKeys.MaxDepth} tables and arrays may stand in each other");
        return null;
    }

    private static TomlArray? ReadArray(TomlScanner scanner, int depth)
    {
        var array = new TomlArray(scanner.Here);
        scanner.Skip(1);
        scanner.OpenBrackets++;
        while (true)
        {
            scanner.SkipLines();
            if (scanner.Take(']')) break;
            if (Read(scanner, depth) is not { } item) return null;
            array.Items.Add(item);
            scanner.SkipLines();
            if (scanner.Take(',')) continue;
            if (scanner.Take(']')) break;
            scanner.Problem(scanner.Here, $"expected , or ] in the array of line {array.At.Line}, found {scanner.Found()}");
            return null;
        }

        scanner.OpenBrackets--;
        return array;
    }

    private static TomlTable? ReadTable(TomlScanner scanner, int depth)
    {
        var table = new TomlTable(scanner.Here, TomlOrigin.Inline);
        var isOneLine = true;
        scanner.Skip(1);
        scanner.OpenBrackets++;
        SkipInTable(scanner, ref isOneLine);
        var isClosed = scanner.Take('}');
        while (!isClosed)
        {
            if (!ReadEntry(scanner, table, depth)) return null;
            SkipInTable(scanner, ref isOneLine);
            isClosed = scanner.Take('}');
            if (isClosed) break;
            if (!scanner.Take(','))
            {
                var message = $"expected , or }} in the table of column {table.At.Column}, found {scanner.Found()}";
                if (isOneLine) scanner.Problem(scanner.Here, message);
                return null;
            }

            SkipInTable(scanner, ref isOneLine);
            isClosed = !isOneLine && scanner.Take('}');
        }

        scanner.OpenBrackets--;
        return table;
    }

    // Who breaks the line meant the table to go on: that is one problem, whatever the lines after it hold.
    private static void SkipInTable(TomlScanner scanner, ref bool isOneLine)
    {
        scanner.SkipBlanks();
        if (scanner.AtEnd || (scanner.Peek() != '#' && !scanner.AtLineEnd)) return;
        if (isOneLine) scanner.Problem(scanner.Here, $"a table in braces stands on one line: expected }} before {scanner.Found()}");
        isOneLine = false;
        scanner.SkipLines();
    }

    /// <summary>Reads <c>key = value</c> into a table. False after a problem that makes the rest of the line useless.</summary>
    public static bool ReadEntry(TomlScanner scanner, TomlTable table, int depth)
    {
        if (TomlKeys.Read(scanner) is not { } keys) return false;
        if (!scanner.Take('='))
        {
            scanner.Problem(scanner.Here, $"expected = after the key {keys[^1].Text}, found {scanner.Found()}");
            return false;
        }

        scanner.SkipBlanks();
        if (Read(scanner, depth + keys.Count - 1) is not { } value) return false;
        TomlDefinitions.Assign(scanner, table, keys, value);
        return true;
    }
}
