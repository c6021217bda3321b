using System.Globalization;

namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>One line of a tag table, by column name.</summary>
internal sealed class CsvRow(List<CsvCell> cells, string?[] columns, bool hasDecimalComma, ICollection<Problem> problems)
{
    /// <summary>A cell without blanks around it; empty when the table has no such column.</summary>
    public CsvCell Cell(string column)
    {
        var place = Array.IndexOf(columns, column);
        if (place < 0 || place >= cells.Count) return new CsvCell("", cells[0].At);
        var cell = cells[place];
        var blanks = cell.Text.Length - cell.Text.TrimStart().Length;
        return new CsvCell(cell.Text.Trim(), cell.At with { Column = cell.At.Column + blanks });
    }

    public bool HasAllCells(out Position at)
    {
        at = cells[0].At;
        if (cells.Count == columns.Length) return true;
        Report(at, $"this line has {cells.Count} cells, the first line has {columns.Length}");
        return false;
    }

    public double? Number(string column)
    {
        var cell = Cell(column);
        if (cell.Text.Length == 0) return null;
        var text = hasDecimalComma ? cell.Text.Replace(',', '.') : cell.Text;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return number;
        Report(cell.At, $"expected a number in column \"{column}\", found \"{cell.Text}\"");
        return null;
    }

    public TimeSpan? Duration(string column)
    {
        var cell = Cell(column);
        if (cell.Text.Length == 0) return null;
        if (!Text.Duration.TryParse(cell.Text, out var duration, out var error)) Report(cell.At, error);
        else if (duration < TimeSpan.FromMilliseconds(1)) Report(cell.At, $"{column} is at least 1ms");
        else return duration;
        return null;
    }

    public void Report(Position at, string message) => problems.Add(new Problem(at, message));
}
