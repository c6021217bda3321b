using PlantRuntime.Sites;

namespace PlantRuntime.Tools.Import.Gateway;

/// <summary>A value of an ini file. Immutable.</summary>
/// <param name="Key">Its key in lower case.</param>
/// <param name="KeyAt">The location of the key.</param>
/// <param name="Lines">Its lines: text without blanks around it and without a comment, and the location of the text; at least one.</param>
internal sealed record IniValue(string Key, SourceLocation KeyAt, IReadOnlyList<(string Text, SourceLocation At)> Lines)
{
    /// <summary>The text; lines are joined with a blank.</summary>
    public string Text => string.Join(' ', Lines.Select(line => line.Text)).Trim();

    /// <summary>The location of the text.</summary>
    public SourceLocation At => Lines[0].At;

    /// <summary>
    /// Splits a list at its commas, each item with its location. A comma at the end of a line does not add an item, so that a list can go
    /// on in the next line.
    /// </summary>
    public IReadOnlyList<(string Text, SourceLocation At)> Items()
    {
        var items = new List<(string, SourceLocation)>();
        foreach (var (text, at) in Lines)
        {
            var start = 0;
            while (start <= text.Length)
            {
                var comma = text.IndexOf(',', start);
                var end = comma < 0 ? text.Length : comma;
                var item = text[start..end];
                var blanks = item.Length - item.TrimStart().Length;
                if (comma >= 0 || item.Trim().Length > 0) items.Add((item.Trim(), at with { Column = at.Column + start + blanks }));
                if (comma < 0) break;
                start = comma + 1;
            }
        }

        return items;
    }
}

/// <summary>A section of an ini file. Immutable.</summary>
/// <param name="Name">Its name as written.</param>
/// <param name="At">The location of its name.</param>
/// <param name="Values">Its values by key, in the order of the file.</param>
internal sealed record IniSection(string Name, SourceLocation At, IReadOnlyList<IniValue> Values)
{
    /// <summary>Returns a value by its key in lower case; null if the section does not have it.</summary>
    public IniValue? Find(string key) => Values.FirstOrDefault(value => value.Key == key);
}

/// <summary>
/// Reads ini files as Python's configparser does: sections, keys with <c>=</c> or <c>:</c>, lines that begin with <c>#</c> or <c>;</c>, and
/// values that go on in indented lines. Beyond it, a <c>#</c> or <c>;</c> behind a blank begins a comment in a value too, because the files
/// of the gateway have such comments. Values are not interpolated. One object for each file.
/// </summary>
internal sealed class IniReader
{
    private const int MaxProblems = 100;

    private readonly string _file;
    private readonly ProblemList _problems;
    private readonly List<(string Name, SourceLocation At, List<IniValue> Values)> _sections = [];
    private bool _isSkipping;

    private IniReader(string file, ProblemList problems) => (_file, _problems) = (file, problems);

    /// <summary>Returns the sections of a text. Lines with a problem are omitted, and reading goes on behind them.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="file">The name of the file in problems.</param>
    /// <param name="problems">Receives every problem, up to 100.</param>
    public static IReadOnlyList<IniSection> Read(string text, string file, ProblemList problems)
    {
        var found = new ProblemList(MaxProblems);
        var reader = new IniReader(file, found);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r');
        foreach (var (index, line) in lines.Index()) reader.Add(line, index + 1);
        problems.AddAll(found);
        return [.. reader._sections.Select(s => new IniSection(s.Name, s.At, s.Values))];
    }

    private void Add(string line, int number)
    {
        var text = line.Trim();
        if (text.Length == 0 || text[0] is '#' or ';') return;
        var indent = line.Length - line.TrimStart().Length;
        var at = new SourceLocation(_file, number, indent + 1);
        if (indent > 0 && Continue(line, at)) return;
        if (text[0] == '[') BeginSection(text, at);
        else AddValue(line, text, at);
    }

    // Only a line that is indented further than its key goes on with the value.
    private bool Continue(string line, SourceLocation at)
    {
        if (_sections is [] || _sections[^1].Values is not [.., var last] || at.Column <= last.KeyAt.Column) return false;
        if (!_isSkipping) _sections[^1].Values[^1] = last with { Lines = [.. last.Lines, WithoutComment(line, at.Column - 1, at)] };
        return true;
    }

    private void BeginSection(string text, SourceLocation at)
    {
        var end = text.IndexOf(']', StringComparison.Ordinal);
        _isSkipping = end < 0;
        var (name, nameAt) = (end < 0 ? "" : text[1..end].Trim(), at with { Column = at.Column + 1 });
        if (end < 0) _problems.Add(at, $"the section \"{text}\" has no end: expected ] in the same line");
        else if (name.Length == 0) _problems.Add(at, "the section has no name");
        else if (_sections.Find(s => s.Name == name) is { Name: not null } first)
            _problems.Add(nameAt, $"the section [{name}] is there twice: first in line {first.At.Line}");
        var rest = end < 0 ? "" : text[(end + 1)..].Trim();
        if (rest.Length > 0 && rest[0] is not ('#' or ';'))
            _problems.Add(at with { Column = at.Column + end + 1 }, $"expected the end of the line after the section, found \"{rest}\"");
        _sections.Add((name, nameAt, []));
    }

    private void AddValue(string line, string text, SourceLocation at)
    {
        var delimiter = text.IndexOfAny(['=', ':']);
        if (_sections.Count == 0)
        {
            _problems.Add(at, $"expected a section such as [DEFAULT] before the first value, found \"{text}\"");
            _sections.Add(("", at, []));
            _isSkipping = true;
        }

        if (delimiter <= 0)
        {
            _problems.Add(at, delimiter < 0 ? $"expected key = value, found \"{text}\"" : $"there is no key before the {text[0]}");
            return;
        }

        var key = text[..delimiter].TrimEnd().ToLowerInvariant();
        var values = _sections[^1].Values;
        if (values.Find(v => v.Key == key) is { } first)
            _problems.Add(at, $"{key} is there twice in [{_sections[^1].Name}]: first in line {first.KeyAt.Line}");
        values.Add(new IniValue(key, at, [WithoutComment(line, at.Column + delimiter, at)]));
    }

    // The text from an index of the line on, without blanks and comment, and its location.
    private static (string Text, SourceLocation At) WithoutComment(string line, int start, SourceLocation at)
    {
        var end = line.Length;
        for (var i = start; i < line.Length; i++)
        {
            if (line[i] is not ('#' or ';') || i == 0 || !char.IsWhiteSpace(line[i - 1])) continue;
            end = i;
            break;
        }

        while (start < end && char.IsWhiteSpace(line[start])) start++;
        return (line[start..end].TrimEnd(), at with { Column = start + 1 });
    }
}
