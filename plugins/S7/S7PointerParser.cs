using System.Globalization;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Parses pointers as STEP 7 and TIA Portal write them, after their <c>P#</c>: the place always has a bit, and type and number of elements
/// may follow. Pure.
/// <code>
/// "P#" ( "DB" n "." "DBX" | area ) byte "." bit [ type n | ":" type ]
/// area = "M" | "I" | "E" | "Q" | "A" | "V" | "P" | "PI" | "PE" | "PQ" | "PA"
/// </code>
/// </summary>
internal static class S7PointerParser
{
    private const string Expected = "expected a pointer such as P#DB1.DBX10.0, P#M4.0 WORD 1 or P#DB1.DBX0.0 REAL 10";

    /// <summary>Parses the text behind <c>P#</c>.</summary>
    /// <exception cref="BadAddressException">It is no pointer.</exception>
    public static S7Address Parse(AddressText text, string? typeApart)
    {
        var place = Place(text);
        S7AddressParser.SkipBlanks(text);
        if (text.TrySkip(':')) return Typed(text, place, typeApart, Rest(text));
        var type = Rest(text);
        return Typed(text, place, typeApart, type.Length == 0 ? "" : WithCount(text, type));
    }

    private static S7Address Place(AddressText text)
    {
        S7AddressParser.SkipBlanks(text);
        var word = S7AddressParser.Letters(text);
        var (area, block) = word switch
        {
            "DB" => (S7Area.DataBlock, DataBlock(text)),
            "P" or "PI" or "PE" => (S7Area.PeripheralInput, 0),
            "PQ" or "PA" => (S7Area.PeripheralOutput, 0),
            [var letter] when S7AddressParser.AreaOf(letter) is { } found => (found, found.FixedBlock()),
            _ => throw text.Error($"'{word}' is no area of a pointer; {Expected}"),
        };
        var offset = S7AddressParser.Number(text, 0, S7Address.MaxBytes - 1, "a byte's number");
        if (!text.TrySkip('.')) throw text.ErrorAtNext($"a pointer has a bit, also where it is 0: {offset}.0");
        return new S7Address(area, block, offset, S7Type.Bool, S7AddressParser.Number(text, 0, 7, "a bit of a byte"));
    }

    private static int DataBlock(AddressText text)
    {
        var block = S7AddressParser.Number(text, 1, 65535, "the number of a data block");
        if (!text.TrySkip('.')) throw text.ErrorAtNext($"a data block needs a place in it: P#DB{block}.DBX0.0");
        return S7AddressParser.Letters(text) == "DBX" ? block : throw text.Error($"a pointer has DBX before the byte: P#DB{block}.DBX0.0");
    }

    private static string Rest(AddressText text) => text.ReadWhile(_ => true).Trim();

    // "REAL 10" is REAL[10]; "REAL 1" is one value; "CHAR 14" is one text; "STRING 1" is one of the default length.
    private static string WithCount(AddressText text, string type)
    {
        var blank = type.LastIndexOf(' ');
        var count = 0;
        if (blank > 0) int.TryParse(type.AsSpan(blank + 1), NumberStyles.None, CultureInfo.InvariantCulture, out count);
        if (count == 0)
            throw text.Error($"behind a pointer there are a type and a number of elements: P#… {type.Split(' ')[0]} 1; {Expected}");
        var name = type[..blank].Trim();
        return count == 1 ? name : $"{name}[{(Is(name, "STRING") || Is(name, "WSTRING") ? $"{S7Types.MaxStringLength}][" : "")}{count}]";
    }

    private static bool Is(string name, string type) => string.Equals(name, type, StringComparison.OrdinalIgnoreCase);

    private static S7Address Typed(AddressText text, S7Address place, string? typeApart, string type)
    {
        if (type.Length > 0 && !string.IsNullOrWhiteSpace(typeApart) && !Is(type, typeApart.Trim()))
            throw text.Error($"the address says {type} but the tag's type is {typeApart.Trim()}: give one of them");
        var stated = type.Length > 0 ? type : typeApart?.Trim() is { Length: > 0 } apart ? apart : "BOOL";
        try
        {
            return S7AddressParser.WithType(new AddressText(""), place, stated, (given, _) => given == S7Type.Bool || place.Bit == 0
                ? null
                : $"only a BOOL has a bit, not {given.ToString().ToUpperInvariant()}: write {place.Offset}.0");
        }
        catch (BadAddressException bad) when (bad.Column == 0 && type.Length > 0)
        {
            throw text.Error(bad.Message);
        }
    }
}
