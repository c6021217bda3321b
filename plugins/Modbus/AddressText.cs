using System.Globalization;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>An address on its way through the parser: what is left of it, and the column of the last word for errors.</summary>
/// <param name="text">The address as given; spaces around it do not count.</param>
internal ref struct AddressText(string text)
{
    private readonly ReadOnlySpan<char> _text = text.AsSpan().TrimEnd();
    private int _next = text.Length - text.AsSpan().TrimStart().Length;

    /// <summary>Column of the last word, from 1.</summary>
    public int Column { get; private set; } = 1;

    /// <summary>True when the last thing read was a word and not a missing separator.</summary>
    public bool HasWord { get; private set; }

    public readonly bool AtEnd => _next >= _text.Length;

    /// <summary>Everything before <paramref name="separator"/>, if there is one.</summary>
    public bool TryUntil(char separator, out ReadOnlySpan<char> word)
    {
        var at = AtEnd ? -1 : _text[_next..].IndexOf(separator);
        word = at < 0 ? default : _text.Slice(_next, at);
        if (at < 0) return false;
        Column = _next + 1;
        _next += at + 1;
        return true;
    }

    /// <summary>Everything up to the next '.' or ':' or the end.</summary>
    public ReadOnlySpan<char> Word()
    {
        Column = _next + 1;
        HasWord = true;
        var rest = AtEnd ? default : _text[_next..];
        var end = rest.IndexOfAny('.', ':');
        var word = end < 0 ? rest : rest[..end];
        _next += word.Length;
        return word;
    }

    public bool TrySkip(char separator)
    {
        HasWord = false;
        if (AtEnd || _text[_next] != separator) return false;
        _next++;
        return true;
    }

    public readonly int Number(ReadOnlySpan<char> word, int low, int high, string what)
    {
        var isNumber = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        var wrong = word.IsEmpty ? $"{what} is missing" : $"'{word}' is not {what}";
        throw Bad($"{wrong}: a number from {low} to {high}");
    }

    /// <summary>An error at the last word.</summary>
    public readonly BadAddress Bad(string message) => new(message, Column);

    /// <summary>An error at what comes next.</summary>
    public readonly BadAddress BadNext(string message) => new(message, _next + 1);
}
