using System.Text;

namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>Rows of a CSV file (RFC 4180), with the place of every cell. Ends of lines are LF or CR LF.</summary>
internal sealed class CsvReader(string text, string file, char delimiter)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private Position Here => new(file, _line, _at - _lineStart + 1);

    /// <summary>The next row that is not blank, or null at the end.</summary>
    public List<CsvCell>? Next(ICollection<Problem> problems)
    {
        while (_at < text.Length)
        {
            var row = ReadRow(problems);
            if (row.Count > 1 || row[0].Text.Trim().Length > 0) return row;
        }

        return null;
    }

    private List<CsvCell> ReadRow(ICollection<Problem> problems)
    {
        var cells = new List<CsvCell>();
        do cells.Add(_at < text.Length && text[_at] == '"' ? ReadQuoted(problems) : ReadPlain());
        while (TakeDelimiter());
        if (_at < text.Length && text[_at] == '\r') _at++;
        if (_at < text.Length && text[_at] == '\n') NewLine();
        return cells;
    }

    private CsvCell ReadPlain()
    {
        var (at, start) = (Here, _at);
        while (_at < text.Length && text[_at] != delimiter && !IsLineEnd()) _at++;
        return new CsvCell(text[start.._at], at);
    }

    private CsvCell ReadQuoted(ICollection<Problem> problems)
    {
        var start = Here;
        _at++;
        var at = Here;
        var content = new StringBuilder();
        while (true)
        {
            if (_at == text.Length)
            {
                problems.Add(new Problem(start, "this cell has no closing \""));
                break;
            }

            var c = text[_at];
            if (c == '"' && _at + 1 < text.Length && text[_at + 1] == '"') _at++;
            else if (c == '"') break;
            content.Append(c);
            if (c == '\n') NewLine();
            else _at++;
        }

        _at = Math.Min(_at + 1, text.Length);
        if (_at < text.Length && text[_at] != delimiter && !IsLineEnd())
        {
            problems.Add(new Problem(Here, $"expected {(delimiter == '\t' ? "a tab" : $"'{delimiter}'")} or the end of the line after the closing \""));
            ReadPlain();
        }

        return new CsvCell(content.ToString(), at);
    }

    private bool IsLineEnd() => text[_at] == '\n' || (text[_at] == '\r' && (_at + 1 == text.Length || text[_at + 1] == '\n'));

    private bool TakeDelimiter()
    {
        if (_at == text.Length || text[_at] != delimiter) return false;
        _at++;
        return true;
    }

    private void NewLine()
    {
        _at++;
        _line++;
        _lineStart = _at;
    }
}
