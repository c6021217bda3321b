namespace PlantRuntime.Plugins.Simulator;

/// <summary>The types that a tag can have, by their IEC 61131-3 names.</summary>
internal enum SimulatorType : byte
{
    Bool,
    Sint,
    Int,
    Dint,
    Lint,
    Usint,
    Uint,
    Udint,
    Ulint,
    Real,
    Lreal,
    Text,
}

/// <summary>Parses type names and returns the names and ranges of types. Pure.</summary>
internal static class SimulatorTypes
{
    private static readonly Dictionary<string, SimulatorType> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOL"] = SimulatorType.Bool, ["BIT"] = SimulatorType.Bool,
        ["SINT"] = SimulatorType.Sint, ["INT8"] = SimulatorType.Sint,
        ["INT"] = SimulatorType.Int, ["INT16"] = SimulatorType.Int,
        ["DINT"] = SimulatorType.Dint, ["INT32"] = SimulatorType.Dint,
        ["LINT"] = SimulatorType.Lint, ["INT64"] = SimulatorType.Lint,
        ["USINT"] = SimulatorType.Usint, ["UINT8"] = SimulatorType.Usint, ["BYTE"] = SimulatorType.Usint,
        ["UINT"] = SimulatorType.Uint, ["UINT16"] = SimulatorType.Uint, ["WORD"] = SimulatorType.Uint,
        ["UDINT"] = SimulatorType.Udint, ["UINT32"] = SimulatorType.Udint, ["DWORD"] = SimulatorType.Udint,
        ["ULINT"] = SimulatorType.Ulint, ["UINT64"] = SimulatorType.Ulint, ["LWORD"] = SimulatorType.Ulint,
        ["REAL"] = SimulatorType.Real, ["FLOAT32"] = SimulatorType.Real, ["FLOAT"] = SimulatorType.Real,
        ["LREAL"] = SimulatorType.Lreal, ["FLOAT64"] = SimulatorType.Lreal, ["DOUBLE"] = SimulatorType.Lreal,
        ["TEXT"] = SimulatorType.Text, ["STRING"] = SimulatorType.Text,
    };

    public static IEnumerable<string> Names => s_byName.Keys;

    public static bool TryParse(string name, out SimulatorType type) => s_byName.TryGetValue(name, out type);

    /// <summary>Returns the IEC 61131-3 name, such as "DINT".</summary>
    public static string Name(this SimulatorType type) => type.ToString().ToUpperInvariant();

    public static bool IsInteger(this SimulatorType type) => type is > SimulatorType.Bool and < SimulatorType.Real;

    public static bool IsNumber(this SimulatorType type) => type is > SimulatorType.Bool and < SimulatorType.Text;

    /// <summary>Returns the minimum and maximum of a type, both included. A BOOL has 0 and 1.</summary>
    public static (double Low, double High) Range(this SimulatorType type) => type switch
    {
        SimulatorType.Bool => (0, 1),
        SimulatorType.Sint => (sbyte.MinValue, sbyte.MaxValue),
        SimulatorType.Int => (short.MinValue, short.MaxValue),
        SimulatorType.Dint => (int.MinValue, int.MaxValue),
        SimulatorType.Lint => (long.MinValue, long.MaxValue),
        SimulatorType.Usint => (0, byte.MaxValue),
        SimulatorType.Uint => (0, ushort.MaxValue),
        SimulatorType.Udint => (0, uint.MaxValue),
        SimulatorType.Ulint => (0, ulong.MaxValue),
        SimulatorType.Real => (float.MinValue, float.MaxValue),
        _ => (double.MinValue, double.MaxValue),
    };
}
