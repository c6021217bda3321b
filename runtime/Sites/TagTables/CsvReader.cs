using System.Text;

namespace PlantRuntime.Sites.TagTables;

/// <summary>
/// Reads the rows of a CSV text (RFC 4180 section 2), with any delimiter and any line break. Continues after a problem; time is linear in
/// the text. <see cref="TagTable"/> creates one for each table; not thread-safe.
/// </summary>
internal sealed class CsvReader(string text, string file, char delimiter, ProblemList problems)
{
    private const string DelimiterKey = "sep=";

    private int _at;
    private int _line = 1;
    private int _lineStart;

    private SourceLocation Here => new(file, _line, _at - _lineStart + 1);

    private bool AtCellEnd => _at >= text.Length || text[_at] == delimiter || text[_at] is '\r' or '\n';

    /// <summary>
    /// Returns the delimiter of a table: that of a first line <c>sep=;</c>, otherwise the most frequent of comma, semicolon and tab in the
    /// header.
    /// </summary>
    public static char DetectDelimiter(string text)
    {
        var header = text.AsSpan();
        if (header.IndexOfAny('\r', '\n') is var end and >= 0) header = header[..end];
        var line = header.Trim("\" ");
        var isNamed = line.StartsWith(DelimiterKey, StringComparison.OrdinalIgnoreCase) && line.Length > DelimiterKey.Length;
        if (isNamed) return line[DelimiterKey.Length];
        var best = ',';
        foreach (var candidate in ";\t")
        {
            if (header.Count(candidate) > header.Count(best)) best = candidate;
        }

        return best;
    }

    /// <summary>True for the first line <c>sep=;</c>, by which spreadsheets name the delimiter.</summary>
    public static bool IsDelimiterLine(List<CsvCell> row) => row[0].Text.StartsWith(DelimiterKey, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the next row into <paramref name="row"/>, whose content is replaced. Returns false if there is none.</summary>
    public bool ReadRow(List<CsvCell> row)
    {
        row.Clear();
        if (_at >= text.Length) return false;
        row.Add(ReadCell());
        while (_at < text.Length && text[_at] == delimiter)
        {
            _at++;
            row.Add(ReadCell());
        }

        TakeLineBreak();
        return true;
    }

    private CsvCell ReadCell()
    {
        SkipBlanks();
        if (_at < text.Length && text[_at] == '"') return ReadQuoted();
        var at = Here;
        var start = _at;
        while (!AtCellEnd) _at++;
        var cell = text.AsSpan(start, _at - start).TrimEnd(' ');
        if (cell.Contains('"')) problems.Add(at, "a cell that holds a quote must be quoted, and the quote written twice: \"3\"\" pipe\"");
        return new CsvCell(cell.ToString(), at);
    }

    private CsvCell ReadQuoted()
    {
        var quoteAt = Here;
        _at++;
        var at = Here;
        var cell = new StringBuilder();
        while (true)
        {
            if (_at >= text.Length)
            {
                problems.Add(quoteAt, "the quoted cell has no end: expected \" before the end of the file");
                break;
            }

            if (text[_at] == '"' && (_at + 1 >= text.Length || text[_at + 1] != '"'))
            {
                _at++;
                ExpectCellEnd();
                break;
            }

            var start = _at;
            if (!TakeLineBreak()) _at += text[_at] == '"' ? 2 : 1;
            cell.Append(text[start] == '"' ? "\"" : text.AsSpan(start, _at - start));
        }

        return new CsvCell(cell.ToString(), at);
    }

    private void ExpectCellEnd()
    {
        SkipBlanks();
        if (AtCellEnd) return;
        problems.Add(Here, $"expected the end of the cell after its closing quote, found '{text[_at]}'");
        while (!AtCellEnd) _at++;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] == ' ') _at++;
    }

    private bool TakeLineBreak()
    {
        if (_at >= text.Length || text[_at] is not ('\r' or '\n')) return false;
        _at += text[_at] == '\r' && _at + 1 < text.Length && text[_at + 1] == '\n' ? 2 : 1;
        _line++;
        _lineStart = _at;
        return true;
    }
}

/// <summary>One cell of a row.</summary>
/// <param name="Text">Its text, quotes resolved, blanks around it cut unless they are quoted.</param>
/// <param name="At">Its first character, inside the quotes if there are any.</param>
internal readonly record struct CsvCell(string Text, SourceLocation At);
