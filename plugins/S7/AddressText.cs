using System.Globalization;

namespace PlantRuntime.Plugins.S7;

/// <summary>An address on its way through the parser: what is left of it, and the column of the last word for errors.</summary>
/// <param name="text">The address as given; spaces around it do not count.</param>
internal sealed class AddressText(string text)
{
    private readonly string _text = text.TrimEnd();
    private int _next = text.Length - text.TrimStart().Length;

    /// <summary>Column of the last word, from 1.</summary>
    public int Column { get; private set; } = 1;

    public bool AtEnd => _next >= _text.Length;

    /// <summary>The letters that come next, in upper case.</summary>
    public string Letters() => Take(char.IsAsciiLetter).ToUpperInvariant();

    public int Number(int low, int high, string what)
    {
        var digits = Take(char.IsAsciiDigit);
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        throw Bad($"{(digits.Length == 0 ? $"{what} is missing" : $"{digits} is not {what}")}: a number from {low} to {high}");
    }

    public bool TrySkip(char separator)
    {
        if (AtEnd || _text[_next] != separator) return false;
        _next++;
        return true;
    }

    public string Rest() => Take(_ => true);

    /// <summary>An error at the last word.</summary>
    public BadAddress Bad(string message) => new(message, Column);

    /// <summary>An error at what comes next.</summary>
    public BadAddress BadNext(string message) => new(message, _next + 1);

    private string Take(Func<char, bool> belongs)
    {
        Column = _next + 1;
        var end = _next;
        while (end < _text.Length && belongs(_text[end])) end++;
        var word = AtEnd ? "" : _text[_next..end];
        _next = end;
        return word;
    }
}
