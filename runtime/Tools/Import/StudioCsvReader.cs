using System.Globalization;
using System.Text;

namespace PlantRuntime.Tools.Import;

/// <summary>
/// Reads the tags and descriptions of a CSV export of Studio 5000 ("Tools, Export, Tags and Logic Comments"). It has no data types, so that
/// members are known of the controller's own structures only. Tags without external access are left out.
/// </summary>
internal static class StudioCsvReader
{
    private static readonly string[] s_columns = ["TYPE", "SCOPE", "NAME", "DESCRIPTION", "DATATYPE", "SPECIFIER", "ATTRIBUTES"];

    /// <exception cref="FormatException">The file is no such export.</exception>
    public static StudioProgram Read(string text)
    {
        var program = new StudioProgram();
        var isBehindHeader = false;
        foreach (var row in Rows(text))
        {
            if (!isBehindHeader)
            {
                isBehindHeader = row.Count >= s_columns.Length && row.Take(s_columns.Length).SequenceEqual(s_columns);
                continue;
            }

            // A comment has no attributes.
            if (row.Count >= s_columns.Length - 1) Add(program, row, row.ElementAtOrDefault(s_columns.Length - 1) ?? "");
        }

        return isBehindHeader
            ? program
            : throw new FormatException($"no line \"{string.Join(',', s_columns)}\": this is no CSV export of Studio 5000");
    }

    private static void Add(StudioProgram program, List<string> row, string attributes)
    {
        var (kind, scope, name, description) = (row[0].ToUpperInvariant(), row[1], row[2], Unescape(row[3]));
        if (kind is "COMMENT" or "RCOMMENT")
        {
            if (kind == "COMMENT" && row[5].Length > 0) program.AddComment(scope, row[5], description);
        }
        else if (kind is "TAG" or "ALIAS" && !attributes.Contains("ExternalAccess := None", StringComparison.OrdinalIgnoreCase))
        {
            var (type, dimensions) = TypeOf(row[4]);
            program.Tags.Add(new StudioTag(scope, name, type, dimensions, description));
        }
    }

    // "DINT", "DINT[10]", "REAL[3,4]".
    private static (string Type, int[] Dimensions) TypeOf(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        if (open < 0) return (text, []);
        var sizes = text[(open + 1)..].TrimEnd(']').Split(',', StringSplitOptions.TrimEntries);
        var counts = sizes.Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0);
        return (text[..open], [.. counts.Where(count => count > 0)]);
    }

    // $N, $L, $R, $T, $Q, $' and $$ stand for line ends, tab, quotes and the sign itself.
    private static string Unescape(string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }

            var next = text[++i];
            plain.Append(char.ToUpperInvariant(next) switch
            {
                'N' or 'L' or 'R' or 'P' => ' ',
                'T' => '\t',
                'Q' => '"',
                _ => next,
            });
        }

        return plain.ToString();
    }

    // Cells may be quoted, hold commas and line ends, and double their quotes.
    private static IEnumerable<List<string>> Rows(string text)
    {
        var (row, cell, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isQuoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else isQuoted = false;
            }
            else if (c == '"')
            {
                isQuoted = true;
            }
            else if (c == ',' || c == '\n')
            {
                row.Add(cell.ToString().Trim());
                cell.Clear();
                if (c == ',') continue;
                yield return row;
                row = [];
            }
            else if (c != '\r')
            {
                cell.Append(c);
            }
        }

        row.Add(cell.ToString().Trim());
        yield return row;
    }
}
