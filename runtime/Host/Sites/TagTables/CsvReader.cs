using System.Text;

namespace PlantRuntime.Host.Sites;

/// <summary>
/// Rows of a CSV text (RFC 4180 section 2), with any delimiter and any line break. Reads on after a problem; time is linear.
/// </summary>
internal sealed class CsvReader(string text, string file, char delimiter, ProblemList problems)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private Position Here => new(file, _line, _at - _lineStart + 1);

    private bool AtCellEnd => _at >= text.Length || text[_at] == delimiter || text[_at] is '\r' or '\n';

    /// <summary>The delimiter of a header line: the commonest of comma, semicolon and tab.</summary>
    public static char DelimiterOf(string text)
    {
        var header = text.AsSpan();
        if (header.IndexOfAny('\r', '\n') is var end and >= 0) header = header[..end];
        var best = ',';
        foreach (var candidate in ";\t")
        {
            if (header.Count(candidate) > header.Count(best)) best = candidate;
        }

        return best;
    }

    /// <summary>Reads the next row over <paramref name="row"/>. False when there is none left.</summary>
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
