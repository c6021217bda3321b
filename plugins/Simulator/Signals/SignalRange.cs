using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>The range of a sine, ramp or walk: two ends and a type that can hold both. Immutable.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SignalRange(SimulatorType Type, double Min, double Max)
{
    /// <summary>Reads type, min and max from the parameters; problems are added to them.</summary>
    public static SignalRange From(AddressParameters words)
    {
        var type = words.Type(SimulatorType.Lreal, SimulatorTypes.IsNumber, "numbers");
        var range = new SignalRange(type, words.Level("min", 0, type), words.Level("max", 100, type));
        if (range.Min > range.Max) words.AddProblem("max", FormattableString.Invariant($"max {range.Max} is less than min {range.Min}"));
        return range;
    }
}
