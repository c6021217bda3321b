namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>
/// Splits an address into words:
/// <code>
/// address = shape { " " key "=" value }     value = word | "'" { any but "'" } "'"
/// </code>
/// </summary>
/// <param name="text">The address as given; spaces around it do not count.</param>
internal sealed class AddressText(string text)
{
    private int _next;

    /// <summary>The next word, or null at the end.</summary>
    public AddressWord? Word()
    {
        SkipSpace();
        if (_next == text.Length) return null;
        var start = _next;
        while (_next < text.Length && text[_next] != '=' && !char.IsWhiteSpace(text[_next])) _next++;
        var key = text[start.._next];
        if (_next == text.Length || text[_next] != '=') return new AddressWord(key, null, start + 1, _next + 1);
        var valueAt = ++_next;
        return new AddressWord(key, Value(), start + 1, Math.Min(valueAt + 1, text.Length));
    }

    /// <summary>All that is left, without spaces around it, and the column at which it begins.</summary>
    public (string Text, int Column) Rest()
    {
        SkipSpace();
        var rest = text[_next..].TrimEnd();
        var column = _next + 1;
        _next = text.Length;
        return (rest, column);
    }

    private string Value()
    {
        if (_next < text.Length && text[_next] == '\'' && text.IndexOf('\'', _next + 1) is var close and > 0)
        {
            var quoted = text[(_next + 1)..close];
            _next = close + 1;
            return quoted;
        }

        var start = _next;
        while (_next < text.Length && !char.IsWhiteSpace(text[_next])) _next++;
        return text[start.._next];
    }

    private void SkipSpace()
    {
        while (_next < text.Length && char.IsWhiteSpace(text[_next])) _next++;
    }
}
