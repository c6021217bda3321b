using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;
using PlantRuntime.Plugins.Simulator.Signals;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>Text to signal: the name of a shape and what it takes, for instance <c>sine min=0 max=100 period=10s</c>.</summary>
internal static class SimulatorAddress
{
    private static readonly Dictionary<string, Func<AddressParameters, Chance, Signal>> s_shapes = new(StringComparer.Ordinal)
    {
        ["sine"] = Sine.From,
        ["ramp"] = Ramp.From,
        ["walk"] = Walk.From,
        ["counter"] = Counter.From,
        ["toggle"] = Toggle.From,
        ["text"] = Steps.From,
        ["const"] = Constant.From,
    };

    /// <summary>The signal of a tag; null when something is wrong, which is then added to <paramref name="problems"/>.</summary>
    public static Signal? Parse(TagDefinition tag, long seed, ICollection<AddressProblem> problems)
    {
        var text = new AddressText(tag.Address);
        var before = problems.Count;
        var type = ParseType(tag, problems);
        var shape = text.Word() ?? new AddressWord("", null, 1, 1);
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
        var signal = from(parameters, Chance.Of(seed, tag.Name));
        foreach (var (column, message) in parameters.Problems()) problems.Add(new AddressProblem(tag, message, column));
        return problems.Count == before ? signal : null;
    }

    private static SimulatorType? ParseType(TagDefinition tag, ICollection<AddressProblem> problems)
    {
        if (string.IsNullOrWhiteSpace(tag.Type)) return null;
        var name = tag.Type.Trim();
        if (SimulatorTypes.TryParse(name, out var type)) return type;
        problems.Add(new AddressProblem(tag, $"unknown type '{name}'{Nearest.Aside(name, SimulatorTypes.Names)}", 0));
        return null;
    }

    private static string UnknownShape(string word)
    {
        var what = word == "" ? "a shape is missing" : $"unknown shape '{word}'{Nearest.Aside(word, s_shapes.Keys)}";
        return $"{what}; expected one of {string.Join(", ", s_shapes.Keys)}";
    }
}
