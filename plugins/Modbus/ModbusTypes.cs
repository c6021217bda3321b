using PlantRuntime.Contracts;
using System.Globalization;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Types as text, with the names that PLC tables use (IEC 61131-3) beside our own.</summary>
internal static class ModbusTypes
{
    /// <summary>Most bytes of a STRING: all registers of one request.</summary>
    public const int MostStringBytes = 2 * Wire.ReadRegisters.Most;

    private static readonly Dictionary<string, ModbusType> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOL"] = ModbusType.Bool, ["BIT"] = ModbusType.Bool,
        ["INT16"] = ModbusType.Int16, ["INT"] = ModbusType.Int16, ["SHORT"] = ModbusType.Int16,
        ["UINT16"] = ModbusType.UInt16, ["UINT"] = ModbusType.UInt16, ["WORD"] = ModbusType.UInt16, ["USHORT"] = ModbusType.UInt16,
        ["INT32"] = ModbusType.Int32, ["DINT"] = ModbusType.Int32,
        ["UINT32"] = ModbusType.UInt32, ["UDINT"] = ModbusType.UInt32, ["DWORD"] = ModbusType.UInt32,
        ["INT64"] = ModbusType.Int64, ["LINT"] = ModbusType.Int64,
        ["UINT64"] = ModbusType.UInt64, ["ULINT"] = ModbusType.UInt64, ["LWORD"] = ModbusType.UInt64,
        ["FLOAT32"] = ModbusType.Float32, ["REAL"] = ModbusType.Float32, ["FLOAT"] = ModbusType.Float32,
        ["FLOAT64"] = ModbusType.Float64, ["LREAL"] = ModbusType.Float64, ["DOUBLE"] = ModbusType.Float64,
        ["STRING"] = ModbusType.String,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Registers that a value of the type fills.</summary>
    public static int Registers(this ModbusType type, int stringBytes) => type switch
    {
        ModbusType.Int32 or ModbusType.UInt32 or ModbusType.Float32 => 2,
        ModbusType.Int64 or ModbusType.UInt64 or ModbusType.Float64 => 4,
        ModbusType.String => (stringBytes + 1) / 2,
        _ => 1,
    };

    /// <summary>Reads "FLOAT32", "REAL", "STRING[20]".</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The type.</param>
    /// <param name="stringBytes">Bytes of a STRING, else 0.</param>
    /// <returns>What is wrong and what was expected, or null.</returns>
    public static string? Parse(ReadOnlySpan<char> text, out ModbusType type, out int stringBytes)
    {
        stringBytes = 0;
        var bracket = text.IndexOf('[');
        var name = (bracket < 0 ? text : text[..bracket]).ToString();
        if (!ByName.TryGetValue(name, out type)) return $"unknown type '{name}'{Nearest.Aside(name, Names)}";
        if (type != ModbusType.String) return bracket < 0 ? null : $"{name} has no length: only STRING[n] has";
        var length = bracket >= 0 && text[^1] == ']' ? text[(bracket + 1)..^1] : default;
        var isNumber = int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out stringBytes);
        return isNumber && stringBytes is > 0 and <= MostStringBytes
            ? null
            : $"STRING needs its length in bytes, 1 to {MostStringBytes}: STRING[20]";
    }
}
