using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites;

/// <summary>Which cell of a row is what, as the header of a tag table says.</summary>
internal sealed class TagColumns
{
    private static readonly string[] Known = ["name", "address", "type", "unit", "scale", "offset", "low", "high", "description", "poll", "write"];

    private readonly Dictionary<string, int> _places = [];

    private TagColumns(int count) => Count = count;

    /// <summary>Number of columns, those that nobody knows included.</summary>
    public int Count { get; }

    /// <summary>Reads the header; null when it lacks a column without which no row can be read.</summary>
    public static TagColumns? Read(List<CsvCell> header, ProblemList problems)
    {
        var columns = new TagColumns(header.Count);
        foreach (var (place, cell) in header.Index())
        {
            if (problems.IsFull) break;
            var name = cell.Text.Trim().ToLowerInvariant();
            if (!Known.Contains(name)) problems.Add(cell.At, UnknownColumn(cell.Text, name));
            else if (!columns._places.TryAdd(name, place)) problems.Add(cell.At, $"the column {name} is there twice");
        }

        var missing = new[] { "name", "address" }.Where(name => !columns._places.ContainsKey(name)).ToArray();
        foreach (var name in missing)
        {
            problems.Add(header[0].At, $"the column {name} is missing: the first line names the columns, between , or ; or tabs");
        }

        return missing.Length == 0 ? columns : null;
    }

    /// <summary>The cell of a column; null when the table has no such column, or nothing in the cell.</summary>
    public CsvCell? Cell(List<CsvCell> row, string column) =>
        _places.TryGetValue(column, out var place) && place < row.Count && row[place].Text.Length > 0 ? row[place] : null;

    /// <summary>Where the cell of a column is, or would be.</summary>
    public Position PositionOf(List<CsvCell> row, string column) =>
        _places.TryGetValue(column, out var place) ? row[Math.Min(place, row.Count - 1)].At : row[0].At;

    private static string UnknownColumn(string written, string name) =>
        $"unknown column \"{written}\"{Nearest.Hint(name, Known, $": expected some of {string.Join(", ", Known)}")}";
}
