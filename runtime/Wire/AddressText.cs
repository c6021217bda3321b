using System.Globalization;

namespace PlantRuntime.Wire;

/// <summary>An address on its way through a driver's parser: what is left of it, and the column of the last word for errors.</summary>
/// <param name="text">The address as given; spaces around it do not count.</param>
public sealed class AddressText(string text)
{
    private readonly string _text = text.TrimEnd();
    private int _next = text.Length - text.TrimStart().Length;

    /// <summary>Column of the last word, from 1.</summary>
    public int Column { get; private set; } = 1;

    /// <summary>True when nothing is left.</summary>
    public bool AtEnd => _next >= _text.Length;

    /// <summary>The characters that come next and belong together; may be none.</summary>
    public string Take(Func<char, bool> belongs)
    {
        Column = _next + 1;
        var end = _next;
        while (end < _text.Length && belongs(_text[end])) end++;
        var word = AtEnd ? "" : _text[_next..end];
        _next = end;
        return word;
    }

    /// <summary>Everything before a separator, which is skipped, if there is one.</summary>
    public bool TryUntil(char separator, out string word)
    {
        var at = AtEnd ? -1 : _text.IndexOf(separator, _next);
        word = at < 0 ? "" : Take(letter => letter != separator);
        return at >= 0 && TrySkip(separator);
    }

    /// <summary>Skips a separator, if it comes next.</summary>
    public bool TrySkip(char separator)
    {
        if (AtEnd || _text[_next] != separator) return false;
        _next++;
        return true;
    }

    /// <summary>The last word as a number.</summary>
    /// <param name="word">The word.</param>
    /// <param name="low">Least number.</param>
    /// <param name="high">Greatest number.</param>
    /// <param name="what">What it numbers, for the error: "a unit id".</param>
    /// <exception cref="BadAddressException">It is none.</exception>
    public int Number(string word, int low, int high, string what)
    {
        var isNumber = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        var wrong = word.Length == 0 ? $"{what} is missing" : $"'{word}' is not {what}";
        throw Bad($"{wrong}: a number from {low} to {high}");
    }

    /// <summary>An error at the last word.</summary>
    public BadAddressException Bad(string message) => new(message, Column);

    /// <summary>An error at what comes next.</summary>
    public BadAddressException BadNext(string message) => new(message, _next + 1);
}
