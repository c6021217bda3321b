using System.Globalization;

namespace PlantRuntime.Wire;

/// <summary>
/// Reads the text of one address from left to right and remembers the column of the last word for error messages. A driver's address parser
/// creates one for each address and decides which words and separators it expects. Performs no I/O; not thread-safe.
/// </summary>
/// <param name="text">The address as given; spaces around it are ignored.</param>
public sealed class AddressText(string text)
{
    private readonly string _text = text.TrimEnd();
    private int _next = text.Length - text.TrimStart().Length;

    /// <summary>Column of the word that was read last, from 1.</summary>
    public int Column { get; private set; } = 1;

    /// <summary>True when no characters are left.</summary>
    public bool AtEnd => _next >= _text.Length;

    /// <summary>
    /// Runs the parser of one address. Every driver's parser goes through this method, so that a <see cref="BadAddressException"/> never
    /// leaves it.
    /// </summary>
    /// <typeparam name="T">The driver's address type; a nullable one if it is a struct.</typeparam>
    /// <param name="parse">Returns the address or throws a <see cref="BadAddressException"/>.</param>
    /// <param name="error">The problem and its column; null if the address is valid.</param>
    /// <returns>The address; null with an error.</returns>
    public static T? Parse<T>(Func<T> parse, out BadAddressException? error)
    {
        try
        {
            error = null;
            return parse();
        }
        catch (BadAddressException bad)
        {
            error = bad;
            return default;
        }
    }

    /// <summary>Reads characters as long as the condition holds and returns them as one word, which may be empty.</summary>
    public string ReadWhile(Func<char, bool> condition)
    {
        Column = _next + 1;
        var end = _next;
        while (end < _text.Length && condition(_text[end])) end++;
        var word = AtEnd ? "" : _text[_next..end];
        _next = end;
        return word;
    }

    /// <summary>Reads everything before a separator and skips the separator. Returns false and reads nothing if there is none.</summary>
    public bool TryReadUntil(char separator, out string word)
    {
        var at = AtEnd ? -1 : _text.IndexOf(separator, _next);
        word = at < 0 ? "" : ReadWhile(letter => letter != separator);
        return at >= 0 && TrySkip(separator);
    }

    /// <summary>Skips a separator if it is the next character.</summary>
    public bool TrySkip(char separator)
    {
        if (AtEnd || _text[_next] != separator) return false;
        _next++;
        return true;
    }

    /// <summary>Parses a word that was read before as a decimal number without a sign.</summary>
    /// <param name="word">The word.</param>
    /// <param name="low">Least number allowed.</param>
    /// <param name="high">Greatest number allowed.</param>
    /// <param name="what">The noun for the error message: "a unit id".</param>
    /// <exception cref="BadAddressException">The word is missing, not a number, or out of range.</exception>
    public int ParseNumber(string word, int low, int high, string what)
    {
        var isNumber = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        var wrong = word.Length == 0 ? $"{what} is missing" : $"'{word}' is not {what}";
        throw Error($"{wrong}: a number from {low} to {high}");
    }

    /// <summary>Creates an error that points at the last word.</summary>
    public BadAddressException Error(string message) => new(message, Column);

    /// <summary>Creates an error that points at the next character.</summary>
    public BadAddressException ErrorAtNext(string message) => new(message, _next + 1);
}

/// <summary>Ends the parsing of one address. The driver's parser catches it and reports the address; it never leaves the plugin.</summary>
/// <param name="message">The problem, with the expected form.</param>
/// <param name="column">Column of the problem, from 1; 0 if the type given outside of the address is wrong.</param>
public sealed class BadAddressException(string message, int column) : Exception(message)
{
    /// <summary>Column of the problem, from 1; 0 if the type given outside of the address is wrong.</summary>
    public int Column { get; } = column;
}
