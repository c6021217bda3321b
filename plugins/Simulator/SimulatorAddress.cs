using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;
using PlantRuntime.Plugins.Simulator.Signals;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>
/// Parses an address, the name of a shape and its parameters such as <c>sine min=0 max=100 period=10s</c>, and creates its signal.
/// Stateless; performs no I/O. Called by <see cref="SimulatorDriver.Prepare"/>.
/// </summary>
internal static class SimulatorAddress
{
    private static readonly Dictionary<string, Func<AddressParameters, SeededRandom, Signal>> s_shapes = new(StringComparer.Ordinal)
    {
        ["sine"] = Sine.From,
        ["ramp"] = Ramp.From,
        ["walk"] = RandomWalk.From,
        ["counter"] = Counter.From,
        ["toggle"] = Toggle.From,
        ["text"] = TextSequence.From,
        ["const"] = Constant.From,
    };

    /// <summary>
    /// Creates the signal of a tag. Returns null and adds to <paramref name="problems"/> if the address or type is invalid.
    /// </summary>
    /// <param name="tag">The tag whose address and type are parsed; its name selects its random numbers.</param>
    /// <param name="seed">The seed of the device.</param>
    /// <param name="problems">Receives the problems of the address.</param>
    public static Signal? Parse(TagDefinition tag, long seed, ICollection<AddressProblem> problems)
    {
        var text = new AddressTokenizer(tag.Address);
        var before = problems.Count;
        var type = ParseType(tag, problems);
        var shape = text.NextToken() ?? new AddressToken("", null, 1, 1);
        if (!s_shapes.TryGetValue(shape.Key, out var from))
        {
            problems.Add(new AddressProblem(tag, UnknownShape(shape.Key), shape.Column));
            return null;
        }

        if (shape.Value is not null)
        {
            problems.Add(new AddressProblem(tag, $"a space was expected behind {shape.Key}, not '='", shape.Column + shape.Key.Length));
            return null;
        }

        var parameters = new AddressParameters(shape, text, type);
        var signal = from(parameters, SeededRandom.For(seed, tag.Name));
        foreach (var (column, message) in parameters.Problems()) problems.Add(new AddressProblem(tag, message, column));
        return problems.Count == before ? signal : null;
    }

    private static SimulatorType? ParseType(TagDefinition tag, ICollection<AddressProblem> problems)
    {
        if (string.IsNullOrWhiteSpace(tag.Type)) return null;
        var name = tag.Type.Trim();
        if (SimulatorTypes.TryParse(name, out var type)) return type;
        problems.Add(new AddressProblem(tag, $"unknown type '{name}'{Nearest.DidYouMeanInline(name, SimulatorTypes.Names)}", 0));
        return null;
    }

    private static string UnknownShape(string word)
    {
        var what = word == "" ? "a shape is missing" : $"unknown shape '{word}'{Nearest.DidYouMeanInline(word, s_shapes.Keys)}";
        return $"{what}; expected one of {string.Join(", ", s_shapes.Keys)}";
    }
}
