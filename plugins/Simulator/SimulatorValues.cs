using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>Converts numbers to values of a type. Numbers out of range are clamped, as in the conversion of a PLC. Pure.</summary>
internal static class SimulatorValues
{
    /// <summary>Converts a number; for an integer type it is rounded, halves away from zero.</summary>
    public static Value ToValue(this SimulatorType type, double number) => type switch
    {
        SimulatorType.Lreal => Value.Of(number),
        SimulatorType.Real => Value.Of((float)Clamp(type, number)),
        SimulatorType.Bool => Value.Of(number != 0),
        SimulatorType.Ulint => Value.Of((ulong)Math.Max(0, Math.Round(number, MidpointRounding.AwayFromZero))),
        _ => Value.Of((long)Clamp(type, Math.Round(number, MidpointRounding.AwayFromZero))),
    };

    /// <summary>Converts a whole number without loss of digits.</summary>
    public static Value ToValue(this SimulatorType type, long number) => type switch
    {
        SimulatorType.Lint => Value.Of(number),
        SimulatorType.Ulint => Value.Of((ulong)Math.Max(0, number)),
        _ => type.ToValue((double)number),
    };

    private static double Clamp(SimulatorType type, double number)
    {
        var (low, high) = type.Range();
        return Math.Clamp(number, low, high);
    }
}
