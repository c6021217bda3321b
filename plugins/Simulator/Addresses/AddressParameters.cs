using PlantRuntime.Contracts;
using System.Globalization;

namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>
/// What an address says after its shape, and the type of its tag. A shape asks for the keys it knows; what is wrong with them is collected
/// and a usable value given back, so that one look finds all mistakes. Whatever nobody asked for is unknown.
/// </summary>
/// <param name="shape">First word of the address.</param>
/// <param name="rest">The address behind it.</param>
/// <param name="type">Type given to the tag, if any.</param>
internal sealed class AddressParameters(AddressWord shape, AddressText rest, SimulatorType? type)
{
    /// <summary>Far enough for any plant, and near enough that the difference of two is still a number.</summary>
    public const double Most = 1e300;

    private readonly SortedSet<string> _known = [];
    private readonly List<(int Column, string Message)> _problems = [];
    private List<AddressWord>? _words;

    /// <summary>The type given to the tag, if any.</summary>
    public SimulatorType? GivenType => type;

    private List<AddressWord> Words => _words ??= ReadWords();

    /// <summary>Everything that is wrong, in the order of the address; column 0 is the type.</summary>
    public IEnumerable<(int Column, string Message)> Problems()
    {
        var unknown = Words.Where(w => !_known.Contains(w.Key)).Select(w => (w.Column, Unknown(w.Key)));
        var repeated = Words.GroupBy(w => w.Key).SelectMany(g => g.Skip(1)).Select(w => (w.Column, $"{w.Key} is given twice"));
        var bare = Words.Where(w => w.Value is null && _known.Contains(w.Key))
            .Select(w => (w.Column, $"{w.Key} needs a value: {w.Key}=…"));
        return _problems.Concat(unknown).Concat(repeated).Concat(bare).OrderBy(p => p.Column);
    }

    /// <summary>All that follows the shape, for a shape without keys.</summary>
    public (string Text, int Column) Rest()
    {
        _words = [];
        return rest.Rest();
    }

    /// <summary>The type of the tag, or the natural one of the shape.</summary>
    /// <param name="natural">When the tag has none.</param>
    /// <param name="fits">Which types the shape can give.</param>
    /// <param name="gives">What the shape gives, for the error.</param>
    public SimulatorType Type(SimulatorType natural, Func<SimulatorType, bool> fits, string gives)
    {
        if (type is not { } given) return natural;
        if (fits(given)) return given;
        Bad(0, $"{shape.Key} gives {gives}, not {given.Name()}");
        return natural;
    }

    /// <summary>A number that a tag of the type can hold.</summary>
    public double Level(string key, double fallback, SimulatorType of)
    {
        var (low, high) = of.Range();
        return Number(key, fallback, Math.Max(low, -Most), Math.Min(high, Most), $" of type {of.Name()}");
    }

    public double Number(string key, double fallback, double low = -Most, double high = Most, string kind = "")
    {
        if (Find(key) is not { Value: { } text } word) return fallback;
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        Bad(word.ValueColumn, string.Create(CultureInfo.InvariantCulture, $"'{text}' is no {key}: a number{kind} from {low} to {high}"));
        return fallback;
    }

    public long Whole(string key, long fallback, long low, long high)
    {
        if (Find(key) is not { Value: { } text } word) return fallback;
        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        Bad(word.ValueColumn, $"'{text}' is no {key}: a whole number from {low} to {high}");
        return fallback;
    }

    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        if (Find(key) is not { Value: { } text } word) return fallback;
        if (DurationText.TryParse(text, out var duration)) return duration;
        Bad(word.ValueColumn, $"'{text}' is no {key}: a duration such as {DurationText.Examples}");
        return fallback;
    }

    public string? Text(string key) => Find(key)?.Value;

    /// <summary>Notes a mistake at the value of a key, or at the shape when the key is not given.</summary>
    public void Bad(string key, string message) => Bad(Find(key)?.ValueColumn ?? shape.Column, message);

    public void Bad(int column, string message) => _problems.Add((column, message));

    private AddressWord? Find(string key)
    {
        _known.Add(key);
        var index = Words.FindIndex(w => w.Key == key);
        return index < 0 ? null : Words[index];
    }

    private List<AddressWord> ReadWords()
    {
        var words = new List<AddressWord>();
        while (rest.Word() is { } word) words.Add(word);
        return words;
    }

    private string Unknown(string key) =>
        $"{shape.Key} has no '{key}'{Nearest.Aside(key, _known)}; it takes {string.Join(", ", _known)}";
}
