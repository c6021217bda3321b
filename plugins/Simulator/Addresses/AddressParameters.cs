using PlantRuntime.Contracts;
using System.Globalization;

namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>
/// Holds the parameters of one address and the type of its tag; a signal's <c>From</c> method reads them by key. Problems are collected and
/// a usable value is returned, so that one pass finds all of them; a key that was not read is reported as unknown.
/// <see cref="SimulatorAddress"/> creates one for each address. Performs no I/O; not thread-safe.
/// </summary>
/// <param name="shape">The first word of the address.</param>
/// <param name="rest">The address after its first word; read on first use.</param>
/// <param name="type">Type given to the tag, if any.</param>
internal sealed class AddressParameters(AddressToken shape, AddressTokenizer rest, SimulatorType? type)
{
    /// <summary>Greatest number that is accepted; the difference of two such numbers is still finite.</summary>
    public const double MaxNumber = 1e300;

    private readonly SortedSet<string> _known = [];
    private readonly List<(int Column, string Message)> _problems = [];
    private List<AddressToken>? _words;

    /// <summary>The type given to the tag, if any.</summary>
    public SimulatorType? GivenType => type;

    private List<AddressToken> Words => _words ??= ReadWords();

    /// <summary>
    /// Returns all problems, in the order of their columns; column 0 is the type. Called after the shape has read its keys.
    /// </summary>
    public IEnumerable<(int Column, string Message)> Problems()
    {
        var unknown = Words.Where(w => !_known.Contains(w.Key)).Select(w => (w.Column, Unknown(w.Key)));
        var repeated = Words.GroupBy(w => w.Key).SelectMany(g => g.Skip(1)).Select(w => (w.Column, $"{w.Key} is given twice"));
        var bare = Words.Where(w => w.Value is null && _known.Contains(w.Key))
            .Select(w => (w.Column, $"{w.Key} needs a value: {w.Key}=…"));
        return _problems.Concat(unknown).Concat(repeated).Concat(bare).OrderBy(p => p.Column);
    }

    /// <summary>Returns the text after the shape, for a shape without keys.</summary>
    public (string Text, int Column) Rest()
    {
        _words = [];
        return rest.Rest();
    }

    /// <summary>Returns the type of the tag, or the default of the shape.</summary>
    /// <param name="natural">The type if the tag has none.</param>
    /// <param name="fits">True for the types that the shape can produce.</param>
    /// <param name="gives">The values that the shape produces, for the error text.</param>
    public SimulatorType Type(SimulatorType natural, Func<SimulatorType, bool> fits, string gives)
    {
        if (type is not { } given) return natural;
        if (fits(given)) return given;
        AddProblem(0, $"{shape.Key} gives {gives}, not {given.Name()}");
        return natural;
    }

    /// <summary>Reads a number within the range of a type, as <see cref="Number"/> does.</summary>
    public double Level(string key, double fallback, SimulatorType of)
    {
        var (low, high) = of.Range();
        return Number(key, fallback, Math.Max(low, -MaxNumber), Math.Min(high, MaxNumber), $" of type {of.Name()}");
    }

    /// <summary>
    /// Reads a number within limits. Returns the fallback if the key is missing or its value is wrong; a wrong value is a problem.
    /// </summary>
    public double Number(string key, double fallback, double low = -MaxNumber, double high = MaxNumber, string kind = "")
    {
        if (Find(key) is not { Value: { } text } word) return fallback;
        if (NumberText.TryParse(text, out var number) && number.Number >= low && number.Number <= high) return number.Number;
        var message = string.Create(CultureInfo.InvariantCulture, $"'{text}' is no {key}: a number{kind} from {low} to {high}");
        AddProblem(word.ValueColumn, message);
        return fallback;
    }

    /// <summary>Reads a whole number within limits, as <see cref="Number"/> does.</summary>
    public long Whole(string key, long fallback, long low, long high)
    {
        if (Find(key) is not { Value: { } text } word) return fallback;
        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        AddProblem(word.ValueColumn, $"'{text}' is no {key}: a whole number from {low} to {high}");
        return fallback;
    }

    /// <summary>Reads a duration, as <see cref="Number"/> does.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        if (Find(key) is not { Value: { } text } word) return fallback;
        if (DurationParser.TryParse(text, out var duration)) return duration;
        AddProblem(word.ValueColumn, $"'{text}' is no {key}: a duration such as {DurationParser.Examples}");
        return fallback;
    }

    /// <summary>Returns the text of a key, or null if it is missing.</summary>
    public string? Text(string key) => Find(key)?.Value;

    /// <summary>Adds a problem at the value of a key, or at the shape if the key is missing.</summary>
    public void AddProblem(string key, string message) => AddProblem(Find(key)?.ValueColumn ?? shape.Column, message);

    /// <summary>Adds a problem at a column, from 1; 0 stands for the type.</summary>
    public void AddProblem(int column, string message) => _problems.Add((column, message));

    private AddressToken? Find(string key)
    {
        _known.Add(key);
        var index = Words.FindIndex(w => w.Key == key);
        return index < 0 ? null : Words[index];
    }

    private List<AddressToken> ReadWords()
    {
        var words = new List<AddressToken>();
        while (rest.NextToken() is { } word) words.Add(word);
        return words;
    }

    private string Unknown(string key) =>
        $"{shape.Key} has no '{key}'{Nearest.DidYouMeanInline(key, _known)}; it takes {string.Join(", ", _known)}";
}
