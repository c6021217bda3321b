using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Parses type names and returns the sizes of types. Pure.</summary>
internal static class S7Types
{
    /// <summary>Most characters of a STRING; also the length of a STRING or WSTRING that states none.</summary>
    public const int MaxStringLength = 254;

    /// <summary>Most characters of a WSTRING.</summary>
    public const int MaxWStringLength = 16382;

    /// <summary>Most elements of an array.</summary>
    public const int MaxElements = 32767;

    private static readonly Dictionary<string, S7Type> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOL"] = S7Type.Bool, ["BYTE"] = S7Type.Byte, ["CHAR"] = S7Type.Char, ["SINT"] = S7Type.SInt, ["USINT"] = S7Type.USInt,
        ["WORD"] = S7Type.Word, ["INT"] = S7Type.Int, ["UINT"] = S7Type.UInt,
        ["DWORD"] = S7Type.DWord, ["DINT"] = S7Type.DInt, ["UDINT"] = S7Type.UDInt, ["REAL"] = S7Type.Real,
        ["LWORD"] = S7Type.LWord, ["LINT"] = S7Type.LInt, ["ULINT"] = S7Type.ULInt, ["LREAL"] = S7Type.LReal,
        ["STRING"] = S7Type.String, ["WSTRING"] = S7Type.WString,
        ["DATE"] = S7Type.Date, ["TIME"] = S7Type.Time, ["S5TIME"] = S7Type.S5Time,
        ["TOD"] = S7Type.Tod, ["TIME_OF_DAY"] = S7Type.Tod, ["DT"] = S7Type.Dt, ["DATE_AND_TIME"] = S7Type.Dt, ["DTL"] = S7Type.Dtl,
        ["LTIME"] = S7Type.LTime, ["LTOD"] = S7Type.LTod, ["LTIME_OF_DAY"] = S7Type.LTod,
        ["LDT"] = S7Type.Ldt, ["DATE_AND_LTIME"] = S7Type.Ldt, ["COUNTER"] = S7Type.Counter,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Returns the number of bytes that a value of the type fills.</summary>
    public static int Bytes(this S7Type type, int length) => type switch
    {
        S7Type.Char => Math.Max(1, length),
        S7Type.Bool or S7Type.Byte or S7Type.SInt or S7Type.USInt => 1,
        S7Type.DWord or S7Type.DInt or S7Type.UDInt or S7Type.Real or S7Type.Time or S7Type.Tod => 4,
        S7Type.LWord or S7Type.LInt or S7Type.ULInt or S7Type.LReal or S7Type.Dt or S7Type.LTime or S7Type.LTod or S7Type.Ldt => 8,
        S7Type.Dtl => 12,
        S7Type.Timer200 => 5,
        S7Type.Counter200 => 3,
        S7Type.String => 2 + length,
        S7Type.WString => 4 + (2 * length),
        _ => 2,
    };

    /// <summary>True if values of the type are read as text, whose decoding allocates.</summary>
    public static bool IsText(this S7Type type) =>
        type is S7Type.Char or S7Type.String or S7Type.WString or S7Type.Date or S7Type.Tod or S7Type.Dt or S7Type.Dtl or S7Type.LTod
            or S7Type.Ldt;

    /// <summary>True if values of the type are whole numbers.</summary>
    public static bool IsWhole(this S7Type type) => !type.IsText() && type is not (S7Type.Bool or S7Type.Real or S7Type.LReal);

    /// <summary>
    /// Parses a type such as "REAL", "STRING[20]" or "CHAR[14]", or an array: "REAL[10]", "STRING[20][4]", "CHAR[14][4]".
    /// </summary>
    /// <param name="text">The type as written.</param>
    /// <param name="type">The type.</param>
    /// <param name="length">Characters of a STRING, WSTRING or CHAR[n], else 0.</param>
    /// <param name="count">Elements of an array, else 0.</param>
    /// <returns>The problem with the expected form, or null.</returns>
    public static string? Parse(string text, out S7Type type, out int length, out int count)
    {
        length = count = 0;
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var name = (bracket < 0 ? text : text[..bracket]).Trim();
        var rest = bracket < 0 ? "" : text[bracket..].TrimEnd();
        if (!ByName.TryGetValue(name, out type))
        {
            return name.StartsWith("ARRAY", StringComparison.OrdinalIgnoreCase)
                ? "an array is written as the type of its elements and their number: REAL[10], STRING[32][4]"
                : $"unknown type '{name}'{Nearest.DidYouMeanInline(name, Names)}";
        }

        if (type is S7Type.String or S7Type.WString)
        {
            var most = type == S7Type.String ? MaxStringLength : MaxWStringLength;
            length = MaxStringLength;
            if (rest.Length > 0 && !TryTake(ref rest, most, out length)) return $"{name} needs its length, 1 to {most}: {name}[32]";
        }

        if (type == S7Type.Char && rest.Length > 0 && !TryTake(ref rest, MaxElements, out length))
            return $"{name} needs the number of its characters, 1 to {MaxElements}: {name}[14]";
        if (rest.Length > 0 && !TryTake(ref rest, MaxElements, out count))
            return $"an array needs the number of its elements, 1 to {MaxElements}: {name}{(length > 0 ? $"[{length}]" : "")}[10]";
        return rest.Length == 0 ? null : $"nothing more was expected behind {name}[{(length > 0 ? $"{length}][" : "")}{count}]";
    }

    // Reads "[n]" at the beginning of the text and removes it.
    private static bool TryTake(ref string text, int most, out int number)
    {
        var end = text.IndexOf(']', StringComparison.Ordinal);
        number = 0;
        if (text[0] != '[' || end < 0) return false;
        var isNumber = int.TryParse(text.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        text = text[(end + 1)..];
        return isNumber && number >= 1 && number <= most;
    }
}

/// <summary>Types of IEC 61131-3 and STEP 7 that a tag can have.</summary>
internal enum S7Type : byte
{
    Bool,
    Byte,
    Char,
    SInt,
    USInt,
    Word,
    Int,
    UInt,
    DWord,
    DInt,
    UDInt,
    Real,
    LWord,
    LInt,
    ULInt,
    LReal,
    String,
    WString,
    Date,
    Time,
    S5Time,
    Tod,
    Dt,
    Dtl,
    LTime,
    LTod,
    Ldt,
    Counter,

    /// <summary>A timer of an S7-200: status 1 byte, value 4 bytes.</summary>
    Timer200,

    /// <summary>A counter of an S7-200: status 1 byte, value 2 bytes.</summary>
    Counter200,
}
