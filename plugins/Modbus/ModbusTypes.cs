using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Parses type names, those of IEC 61131-3 and others in common use, and returns the sizes of types in registers. Pure.</summary>
internal static class ModbusTypes
{
    /// <summary>Most bytes of a STRING: those of all registers of one request.</summary>
    public const int MaxStringBytes = 2 * Wire.ModbusReadRequest.MaxRegisters;

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
        ["INT48"] = ModbusType.Int48, ["UINT48"] = ModbusType.UInt48,
        ["BCD16"] = ModbusType.Bcd16, ["BCD"] = ModbusType.Bcd16, ["BCD32"] = ModbusType.Bcd32, ["LBCD"] = ModbusType.Bcd32,
        ["INT8"] = ModbusType.Int8, ["SINT"] = ModbusType.Int8,
        ["UINT8"] = ModbusType.UInt8, ["USINT"] = ModbusType.UInt8, ["BYTE"] = ModbusType.UInt8,
        ["STRING"] = ModbusType.String,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Returns the number of bytes that a value of the type fills; a part of a register counts as the register.</summary>
    public static int Bytes(this ModbusType type, int stringBytes) => type switch
    {
        ModbusType.Int32 or ModbusType.UInt32 or ModbusType.Float32 or ModbusType.Bcd32 => 4,
        ModbusType.Int48 or ModbusType.UInt48 => 6,
        ModbusType.Int64 or ModbusType.UInt64 or ModbusType.Float64 => 8,
        ModbusType.String => stringBytes,
        _ => 2,
    };

    /// <summary>True for the types of one byte of a register.</summary>
    public static bool IsByte(this ModbusType type) => type is ModbusType.Int8 or ModbusType.UInt8;

    /// <summary>True for the types whose digits are stored in four bits each.</summary>
    public static bool IsBcd(this ModbusType type) => type is ModbusType.Bcd16 or ModbusType.Bcd32;

    /// <summary>Parses a type such as "FLOAT32", "REAL" or "STRING[20]".</summary>
    /// <param name="text">The type as written, without surrounding blanks.</param>
    /// <param name="type">The type.</param>
    /// <param name="stringBytes">Bytes of a STRING, else 0.</param>
    /// <returns>The problem with the expected form, or null.</returns>
    public static string? Parse(ReadOnlySpan<char> text, out ModbusType type, out int stringBytes)
    {
        stringBytes = 0;
        var bracket = text.IndexOf('[');
        var name = (bracket < 0 ? text : text[..bracket]).ToString();
        if (!ByName.TryGetValue(name, out type)) return $"unknown type '{name}'{Nearest.DidYouMeanInline(name, Names)}";
        if (type != ModbusType.String) return bracket < 0 ? null : $"{name} has no length: only STRING[n] has";
        var length = bracket >= 0 && text[^1] == ']' ? text[(bracket + 1)..^1] : default;
        var isNumber = int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out stringBytes);
        return isNumber && stringBytes is > 0 and <= MaxStringBytes
            ? null
            : $"STRING needs its length in bytes, 1 to {MaxStringBytes}: STRING[20]";
    }
}

/// <summary>The type of a tag's value.</summary>
internal enum ModbusType : byte
{
    Bool,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float32,
    Float64,
    String,
    Int48,
    UInt48,
    Bcd16,
    Bcd32,
    Int8,
    UInt8,
}
