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
        scanner.OpenArrays++;
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

        scanner.OpenArrays--;
        return array;
    }

    private static TomlTable? ReadTable(TomlScanner scanner, int depth)
    {
        var table = new TomlTable(scanner.Here, TomlOrigin.Inline);
        scanner.Skip(1);
        scanner.SkipBlanks();
        if (scanner.Take('}')) return table;
        do
        {
            if (!ReadEntry(scanner, table, depth)) return null;
            scanner.SkipBlanks();
        }
        while (scanner.Take(','));
        if (scanner.Take('}')) return table;
        scanner.Problem(scanner.Here, $"expected , or }} in the table of column {table.At.Column}, found {scanner.Found()}"
            + (scanner.AtLineEnd ? ": a table in braces stands on one line" : ""));
        return null;
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
