using PlantRuntime.Contracts;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.TagTables;

/// <summary>
/// Reads tag tables in the form in which engineering tools export them: a header that names the columns, then one tag for each line. If the
/// delimiter is a semicolon, as in countries with a decimal comma, numbers may have one. One object for each
/// <see cref="Read(ReadOnlySpan{byte}, string, ProblemList, ProblemList)"/>; the caller reads the file.
/// </summary>
internal sealed class TagTable
{
    /// <summary>Number of problems of one table that are reported.</summary>
    public const int MaxProblems = 100;

    /// <summary>Most lines of a table, the header included. They are counted before memory is used for them.</summary>
    public const int MaxLines = 100_001;

    private readonly ProblemList _problems;
    private readonly ProblemList _warnings;
    private readonly bool _hasDecimalComma;
    private readonly Dictionary<string, SourceLocation> _names = [];
    private readonly List<TagModel> _tags = [];
    private bool _hasShortRow;

    private TagTable(ProblemList problems, ProblemList warnings, bool hasDecimalComma)
    {
        _problems = problems;
        _warnings = warnings;
        _hasDecimalComma = hasDecimalComma;
    }

    /// <summary>Returns the tags of a table. Rows with a problem are omitted; warnings do not affect a row.</summary>
    public static List<TagModel> Read(ReadOnlySpan<byte> utf8, string file, ProblemList problems, ProblemList warnings)
    {
        if (utf8.Count((byte)'\n') is var lines && lines > MaxLines)
        {
            problems.Add(
                new SourceLocation(file, 1, 1),
                $"the tag table has {lines} lines; expected at most {MaxLines}: divide it among several devices");
            return [];
        }

        if (Utf8Text.Decode(utf8, file, problems) is not { } text) return [];
        var delimiter = CsvReader.DetectDelimiter(text);
        var table = new TagTable(problems, warnings, hasDecimalComma: delimiter == ';');
        table.Read(new CsvReader(text, file, delimiter, problems), file);
        return table._tags;
    }

    private void Read(CsvReader reader, string file)
    {
        var row = new List<CsvCell>();
        var isRead = reader.ReadRow(row);

        // The first line of files that a spreadsheet wrote; the reader has taken the delimiter from it.
        if (isRead && CsvReader.IsDelimiterLine(row)) isRead = reader.ReadRow(row);
        if (!isRead)
        {
            _problems.Add(new SourceLocation(file, 1, 1), "the tag table is empty: expected a first line such as name,address,unit");
            return;
        }

        if (TagColumns.Read(row, _problems, _warnings) is not { } columns) return;
        var before = _problems.Count;
        while (reader.ReadRow(row))
        {
            if (row.TrueForAll(cell => cell.Text.Length == 0)) continue;
            if (ReadTag(columns, row) is { } tag) _tags.Add(tag);
        }

        if (_tags.Count > 0 || _problems.Count > before) return;
        _problems.Add(new SourceLocation(file, 1, 1), "the tag table has no tags, only a header");
    }

    private TagModel? ReadTag(TagColumns columns, List<CsvCell> row)
    {
        var before = _problems.Count;
        var extra = row.FindIndex(Math.Min(columns.Count, row.Count), cell => cell.Text.Length > 0);
        if (extra >= 0)
        {
            var message = $"expected {columns.Count} cells as in the header, found {row.Count}: quote a cell that holds a delimiter";
            _problems.Add(row[extra].At, message);
            return null;
        }

        if (row.Count < columns.Count && !_hasShortRow)
        {
            _hasShortRow = true;
            var cells = $"{row.Count} of {columns.Count} cells";
            _warnings.Add(row[^1].At, $"the row has {cells}: the others are taken as empty, as in any other short row");
        }


        var name = Required(columns, row, "name");
        if (name is { } cell) CheckName(cell);
        var address = Required(columns, row, "address");
        var tag = new TagModel
        {
            Name = name?.Text ?? "",
            At = columns.LocationOf(row, "name"),
            Address = address?.Text ?? "?",
            AddressAt = columns.LocationOf(row, "address"),
            Type = columns.Cell(row, "type")?.Text,
            Unit = columns.Cell(row, "unit")?.Text ?? "",
            Description = columns.Cell(row, "description")?.Text ?? "",
            Scale = Number(columns, row, "scale"),
            Offset = Number(columns, row, "offset"),
            Low = Number(columns, row, "low"),
            High = Number(columns, row, "high"),
            Decimal = Separator(columns.Cell(row, "decimal")),
            NotAvailable = columns.Cell(row, "not_available")?.Text,
            Poll = Time(columns.Cell(row, "poll")),
            Write = MayWrite(columns.Cell(row, "write")) ? new WriteOptions() : null,
        };
        foreach (var (key, message) in tag.Validate()) _problems.Add(columns.LocationOf(row, key), $"{key}: {message}");
        return _problems.Count == before ? tag : null;
    }

    private CsvCell? Required(TagColumns columns, List<CsvCell> row, string column)
    {
        var cell = columns.Cell(row, column);
        if (cell is null) _problems.Add(columns.LocationOf(row, column), $"the {column} is missing");
        return cell;
    }

    private void CheckName(CsvCell cell)
    {
        if (NameRules.TextProblem(cell.Text) is { } problem) _problems.Add(cell.At, problem);
        if (_names.TryAdd(cell.Text, cell.At)) return;
        _problems.Add(cell.At, $"the tag {cell.Text} is there twice: first in line {_names[cell.Text].Line}");
    }

    private double? Number(TagColumns columns, List<CsvCell> row, string column)
    {
        if (columns.Cell(row, column) is not { } cell) return null;
        if (_hasDecimalComma && NumberText.TryParse(cell.Text, out var number, DecimalSeparator.Comma)) return number.Number;
        var isNumber = NumberText.TryParse(cell.Text, out number);

        // Between semicolons 1.000 can be 1, or 1000 with a point between groups of digits, which 1.000,0 certainly is.
        if (_hasDecimalComma && isNumber && NumberText.TryParse($"{cell.Text},0", out var grouped, DecimalSeparator.Comma))
            _problems.Add(cell.At, $"{column}: \"{cell.Text}\" is ambiguous in a table with semicolons: write {number} or {grouped}");
        else if (isNumber)
            return number.Number;
        else
            _problems.Add(cell.At, $"{column}: expected a number such as 0.1{(_hasDecimalComma ? " or 0,1" : "")}, found \"{cell.Text}\"");
        return null;
    }

    private DecimalSeparator? Separator(CsvCell? cell)
    {
        if (cell is not { } given) return null;
        if (given.Text.Equals("comma", StringComparison.OrdinalIgnoreCase)) return DecimalSeparator.Comma;
        if (given.Text.Equals("point", StringComparison.OrdinalIgnoreCase)) return DecimalSeparator.Point;
        _problems.Add(given.At, $"decimal: expected point, comma or nothing, found \"{given.Text}\"");
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
        if (DurationText.TryParse(given.Text, out var time, out var problem)) return time;
        _problems.Add(given.At, $"poll: {problem}");
        return null;
    }
}
