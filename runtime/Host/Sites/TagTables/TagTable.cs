using System.Globalization;

namespace PlantRuntime.Host.Sites;

/// <summary>
/// Tag tables as engineering tools export them: a header that names the columns, a tag a line. Where the delimiter is a semicolon, as
/// where the comma is the decimal point, numbers may have one.
/// </summary>
internal sealed class TagTable
{
    /// <summary>How many problems of one table are told.</summary>
    public const int MaxProblems = 100;

    private readonly ProblemList _problems;
    private readonly bool _hasDecimalComma;
    private readonly Dictionary<string, Position> _names = [];
    private readonly List<TagModel> _tags = [];

    private TagTable(ProblemList problems, bool hasDecimalComma)
    {
        _problems = problems;
        _hasDecimalComma = hasDecimalComma;
    }

    /// <summary>The tags of a table. Rows with a problem are left out.</summary>
    public static List<TagModel> Read(ReadOnlySpan<byte> utf8, string file, ProblemList problems)
    {
        if (Utf8Text.Decode(utf8, file, problems) is not { } text) return [];
        var delimiter = CsvReader.DelimiterOf(text);
        var table = new TagTable(problems, hasDecimalComma: delimiter == ';');
        table.Read(new CsvReader(text, file, delimiter, problems), file);
        return table._tags;
    }

    private void Read(CsvReader reader, string file)
    {
        var row = new List<CsvCell>();
        if (!reader.ReadRow(row))
        {
            _problems.Add(new Position(file, 1, 1), "the tag table is empty: expected a first line such as name,address,unit");
            return;
        }

        if (TagColumns.Read(row, _problems) is not { } columns) return;
        var before = _problems.Count;
        while (reader.ReadRow(row))
        {
            if (row.TrueForAll(cell => cell.Text.Length == 0)) continue;
            if (ReadTag(columns, row) is { } tag) _tags.Add(tag);
        }

        if (_tags.Count > 0 || _problems.Count > before) return;
        _problems.Add(new Position(file, 1, 1), "the tag table has no tags, only a header");
    }

    private TagModel? ReadTag(TagColumns columns, List<CsvCell> row)
    {
        var before = _problems.Count;
        if (row.Count != columns.Count)
        {
            var at = row[Math.Min(columns.Count, row.Count - 1)].At;
            _problems.Add(at, $"expected {columns.Count} cells as in the header, found {row.Count}");
            return null;
        }

        var name = Required(columns, row, "name");
        if (name is { } cell) CheckName(cell);
        var address = Required(columns, row, "address");
        var head = new TagHead
        {
            Address = address?.Text ?? "?",
            Type = columns.Cell(row, "type")?.Text,
            Unit = columns.Cell(row, "unit")?.Text ?? "",
            Description = columns.Cell(row, "description")?.Text ?? "",
            Scale = Number(columns, row, "scale"),
            Offset = Number(columns, row, "offset"),
            Low = Number(columns, row, "low"),
            High = Number(columns, row, "high"),
            Poll = Time(columns.Cell(row, "poll")),
            Write = MayWrite(columns.Cell(row, "write")) ? new WriteOptions() : null,
        };
        foreach (var (key, message) in head.Validate()) _problems.Add(columns.PositionOf(row, key), $"{key}: {message}");
        return _problems.Count == before ? head.ToModel(name!.Value.Text, name.Value.At, address!.Value.At) : null;
    }

    private CsvCell? Required(TagColumns columns, List<CsvCell> row, string column)
    {
        var cell = columns.Cell(row, column);
        if (cell is null) _problems.Add(columns.PositionOf(row, column), $"the {column} is missing");
        return cell;
    }

    private void CheckName(CsvCell cell)
    {
        if (Names.TextProblem(cell.Text) is { } problem) _problems.Add(cell.At, problem);
        if (_names.TryAdd(cell.Text, cell.At)) return;
        _problems.Add(cell.At, $"the tag {cell.Text} is there twice: first in line {_names[cell.Text].Line}");
    }

    private double? Number(TagColumns columns, List<CsvCell> row, string column)
    {
        if (columns.Cell(row, column) is not { } cell) return null;
        var text = _hasDecimalComma && !cell.Text.Contains('.', StringComparison.Ordinal) ? cell.Text.Replace(',', '.') : cell.Text;
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (isNumber && double.IsFinite(number)) return number;
        var example = _hasDecimalComma ? "0.1 or 0,1" : "0.1";
        _problems.Add(cell.At, $"{column}: expected a number such as {example}, found \"{cell.Text}\"");
        return null;
    }

    private bool MayWrite(CsvCell? cell)
    {
        if (cell is not { } given || given.Text.Equals("no", StringComparison.OrdinalIgnoreCase)) return false;
        if (given.Text.Equals("yes", StringComparison.OrdinalIgnoreCase)) return true;
        _problems.Add(given.At, $"write: expected yes, no or nothing, found \"{given.Text}\"");
        return false;
    }

    private TimeSpan? Time(CsvCell? cell)
    {
        if (cell is not { } given) return null;
        if (Duration.TryParse(given.Text, out var time, out var problem)) return time;
        _problems.Add(given.At, $"poll: {problem}");
        return null;
    }
}
