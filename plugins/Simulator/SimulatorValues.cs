using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>Numbers as values of a type. What does not fit is held at the type's end, as a PLC's conversion does.</summary>
internal static class SimulatorValues
{
    /// <summary>An integer type takes the nearest whole number, halves away from zero.</summary>
    public static Value Of(this SimulatorType type, double number) => type switch
    {
        SimulatorType.Lreal => Value.Of(number),
        SimulatorType.Real => Value.Of((float)Held(type, number)),
        SimulatorType.Bool => Value.Of(number != 0),
        SimulatorType.Ulint => Value.Of((ulong)Math.Max(0, Math.Round(number, MidpointRounding.AwayFromZero))),
        _ => Value.Of((long)Held(type, Math.Round(number, MidpointRounding.AwayFromZero))),
    };

    /// <summary>The same for a whole number, without a detour that would lose digits.</summary>
    public static Value Of(this SimulatorType type, long number) => type switch
    {
        SimulatorType.Lint => Value.Of(number),
        SimulatorType.Ulint => Value.Of((ulong)Math.Max(0, number)),
        _ => type.Of((double)number),
    };

    private static double Held(SimulatorType type, double number)
    {
        var (low, high) = type.Range();
        return Math.Clamp(number, low, high);
    }
}
