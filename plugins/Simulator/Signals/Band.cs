using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>What sine, ramp and walk have in common: two ends and a type that can hold both.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Band(SimulatorType Type, double Min, double Max)
{
    public static Band From(AddressParameters words)
    {
        var type = words.Type(SimulatorType.Lreal, SimulatorTypes.IsNumber, "numbers");
        var band = new Band(type, words.Level("min", 0, type), words.Level("max", 100, type));
        if (band.Min > band.Max) words.Bad("max", FormattableString.Invariant($"max {band.Max} is less than min {band.Min}"));
        return band;
    }
}
