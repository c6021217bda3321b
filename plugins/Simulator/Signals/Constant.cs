using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Returns the same value at each scan. Without a type the form of its text decides: a whole number, a number, TRUE or FALSE,
/// otherwise text. Immutable.
/// </summary>
internal sealed class Constant(Value value) : Signal
{
    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    public static Signal From(AddressParameters words, SeededRandom random)
    {
        var (text, column) = words.Rest();
        var value = words.GivenType is { } type ? Read(text, type) : Guess(text);
        if (text == "") words.AddProblem("value", "const needs its value: const 42");
        else if (value.IsNull) words.AddProblem(column, $"'{text}' is no {words.GivenType?.Name()}: {Expected(words.GivenType)}");
        return new Constant(value);
    }

    public override Value Next(long ticks) => value;

    private static Value Guess(string text)
    {
        foreach (var type in (ReadOnlySpan<SimulatorType>)[SimulatorType.Lint, SimulatorType.Ulint, SimulatorType.Lreal])
        {
            if (Read(text, type) is { IsNull: false } number) return number;
        }

        return bool.TryParse(text, out var truth) ? Value.Of(truth) : Value.Of(text);
    }

    private static Value Read(string text, SimulatorType type)
    {
        var (low, high) = type.Range();
        return type switch
        {
            SimulatorType.Text => Value.Of(text),
            SimulatorType.Bool when text is "0" or "1" => Value.Of(text == "1"),
            SimulatorType.Bool => bool.TryParse(text, out var truth) ? Value.Of(truth) : Value.Null,
            SimulatorType.Ulint => ulong.TryParse(text, NumberStyles.None, Culture, out var whole) ? whole : Value.Null,
            _ when type.IsInteger() =>
                long.TryParse(text, NumberStyles.AllowLeadingSign, Culture, out var whole) && whole >= low && whole <= high
                    ? type.ToValue(whole)
                    : Value.Null,
            _ => NumberText.TryParse(text, out var number) && number.Number >= low && number.Number <= high
                ? type.ToValue(number.Number)
                : Value.Null,
        };
    }

    private static string Expected(SimulatorType? type)
    {
        if (type is not { } known || known == SimulatorType.Bool) return "true, false, 1 or 0";
        var (low, high) = known.Range();
        return string.Create(Culture, $"a {(known.IsInteger() ? "whole number" : "number")} from {low} to {high}");
    }
}
