using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.TagTables;

/// <summary>Maps the columns of a tag table, named by its header, to cells of a row. Immutable; one for each table.</summary>
internal sealed class TagColumns
{
    private static readonly string[] Known =
        ["name", "address", "type", "unit", "scale", "offset", "low", "high", "description", "poll", "write", "decimal", "not_available"];

    private static readonly string[] s_required = ["name", "address"];

    private readonly Dictionary<string, int> _places = [];

    private TagColumns(int count) => Count = count;

    /// <summary>Number of columns, unknown ones included.</summary>
    public int Count { get; }

    /// <summary>
    /// Reads the header; null when it lacks a column without which no row can be read. Columns without a name are ignored, and so are
    /// unknown ones, with a warning that names the nearest known column.
    /// </summary>
    public static TagColumns? Read(List<CsvCell> header, ProblemList problems, ProblemList warnings)
    {
        var columns = new TagColumns(header.Count);
        var names = header.Select(cell => cell.Text.Trim().ToLowerInvariant()).ToArray();
        var absent = Known.Except(names).ToArray();
        foreach (var (place, cell) in header.Index())
        {
            if (problems.IsFull) break;
            var name = names[place];
            if (name.Length == 0) continue;
            if (!Known.Contains(name))
            {
                var near = Nearest.Find(name, absent);
                var hint = near is null ? $"a tag table has {string.Join(", ", Known)}" : $"did you mean \"{near}\"?";

                // The column that is missing because of the misspelling is an error below.
                if (near is not null && s_required.Contains(near)) problems.Add(cell.At, $"unknown column \"{cell.Text}\": {hint}");
                else warnings.Add(cell.At, $"the unknown column \"{cell.Text}\" is ignored: {hint}");
            }
            else if (!columns._places.TryAdd(name, place)) problems.Add(cell.At, $"the column {name} is there twice");
        }

        var missing = s_required.Where(name => !columns._places.ContainsKey(name)).ToArray();
        foreach (var name in missing)
        {
            problems.Add(header[0].At, $"the column {name} is missing: the first line names the columns, between , or ; or tabs");
        }

        return missing.Length == 0 ? columns : null;
    }

    /// <summary>The cell of a column; null when the table has no such column, or nothing in the cell.</summary>
    public CsvCell? Cell(List<CsvCell> row, string column) =>
        _places.TryGetValue(column, out var place) && place < row.Count && row[place].Text.Length > 0 ? row[place] : null;

    /// <summary>The location of a column's cell in a row, or of the place for it.</summary>
    public SourceLocation LocationOf(List<CsvCell> row, string column) =>
        _places.TryGetValue(column, out var place) ? row[Math.Min(place, row.Count - 1)].At : row[0].At;
}
