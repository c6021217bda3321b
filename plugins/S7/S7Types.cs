using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Types as text, and their sizes.</summary>
internal static class S7Types
{
    /// <summary>Most characters of a STRING; also what a STRING without a length has.</summary>
    public const int MostStringLength = 254;

    /// <summary>Most characters of a WSTRING.</summary>
    public const int MostWStringLength = 16382;

    private static readonly Dictionary<string, S7Type> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOL"] = S7Type.Bool, ["BYTE"] = S7Type.Byte, ["CHAR"] = S7Type.Char, ["SINT"] = S7Type.SInt, ["USINT"] = S7Type.USInt,
        ["WORD"] = S7Type.Word, ["INT"] = S7Type.Int, ["UINT"] = S7Type.UInt,
        ["DWORD"] = S7Type.DWord, ["DINT"] = S7Type.DInt, ["UDINT"] = S7Type.UDInt, ["REAL"] = S7Type.Real,
        ["LWORD"] = S7Type.LWord, ["LINT"] = S7Type.LInt, ["ULINT"] = S7Type.ULInt, ["LREAL"] = S7Type.LReal,
        ["STRING"] = S7Type.String, ["WSTRING"] = S7Type.WString,
        ["DATE"] = S7Type.Date, ["TIME"] = S7Type.Time, ["S5TIME"] = S7Type.S5Time,
        ["TOD"] = S7Type.Tod, ["TIME_OF_DAY"] = S7Type.Tod, ["DT"] = S7Type.Dt, ["DATE_AND_TIME"] = S7Type.Dt, ["DTL"] = S7Type.Dtl,
        ["COUNTER"] = S7Type.Counter,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Bytes that a value of the type fills.</summary>
    public static int Bytes(this S7Type type, int length) => type switch
    {
        S7Type.Bool or S7Type.Byte or S7Type.Char or S7Type.SInt or S7Type.USInt => 1,
        S7Type.DWord or S7Type.DInt or S7Type.UDInt or S7Type.Real or S7Type.Time or S7Type.Tod => 4,
        S7Type.LWord or S7Type.LInt or S7Type.ULInt or S7Type.LReal or S7Type.Dt => 8,
        S7Type.Dtl => 12,
        S7Type.String => 2 + length,
        S7Type.WString => 4 + (2 * length),
        _ => 2,
    };

    /// <summary>True when the value is shown as text, so that it has to be made.</summary>
    public static bool IsText(this S7Type type) =>
        type is S7Type.Char or S7Type.String or S7Type.WString or S7Type.Date or S7Type.Tod or S7Type.Dt or S7Type.Dtl;

    /// <summary>Reads "REAL", "STRING[20]".</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The type.</param>
    /// <param name="length">Characters of a STRING or WSTRING, else 0.</param>
    /// <returns>What is wrong and what was expected, or null.</returns>
    public static string? Parse(string text, out S7Type type, out int length)
    {
        length = 0;
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var name = (bracket < 0 ? text : text[..bracket]).Trim();
        if (!ByName.TryGetValue(name, out type))
        {
            return name.StartsWith("ARRAY", StringComparison.OrdinalIgnoreCase)
                ? "arrays are not read as one tag: give each element an address of its own"
                : $"unknown type '{name}'{Nearest.Aside(name, Names)}";
        }

        if (type is not (S7Type.String or S7Type.WString))
            return bracket < 0 ? null : $"{name} has no length: only STRING[n] and WSTRING[n] have; arrays are not read as one tag";
        var most = type == S7Type.String ? MostStringLength : MostWStringLength;
        length = MostStringLength;
        if (bracket < 0) return null;
        var isNumber = int.TryParse(text.AsSpan(bracket + 1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out length);
        return isNumber && text[^1] == ']' && length >= 1 && length <= most ? null : $"{name} needs its length, 1 to {most}: {name}[32]";
    }
}
