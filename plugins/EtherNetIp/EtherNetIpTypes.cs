using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>
/// Data types with their codes on the wire (1756-PM020, "Data type values"; CIP volume 1, appendix C-6.1).
/// </summary>
internal enum EtherNetIpType : ushort
{
    Bool = 0xC1,
    Sint = 0xC2,
    Int = 0xC3,
    Dint = 0xC4,
    Lint = 0xC5,
    Usint = 0xC6,
    Uint = 0xC7,
    Udint = 0xC8,
    Ulint = 0xC9,
    Real = 0xCA,
    Lreal = 0xCB,

    /// <summary>A byte of bits, of Micro800 controllers.</summary>
    Byte = 0xD1,

    /// <summary>16 bits, of Micro800 controllers.</summary>
    Word = 0xD2,

    /// <summary>32 bits: what a BOOL array of a Logix controller consists of.</summary>
    Dword = 0xD3,

    /// <summary>64 bits, of Micro800 controllers.</summary>
    Lword = 0xD4,

    /// <summary>A text with a length of 16 bits, of devices of other vendors.</summary>
    LongString = 0xD0,

    /// <summary>A text with a length byte, of Micro800 controllers.</summary>
    ShortString = 0xDA,

    /// <summary>Milliseconds, of Micro800 controllers.</summary>
    Time = 0xDB,

    /// <summary>
    /// A structure: a UDT, a predefined type, or a text of a Logix controller. A handle that tells which follows the code.
    /// </summary>
    Structure = 0x02A0,
}

/// <summary>Names and sizes of data types.</summary>
internal static class EtherNetIpTypes
{
    /// <summary>Most elements of a slice.</summary>
    public const int MostElements = 65535;

    // The type names of tag tables. STRING stands for any text, a UDT has no name here: a tag of it is declared without a type.
    private static readonly Dictionary<string, EtherNetIpType> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOL"] = EtherNetIpType.Bool, ["SINT"] = EtherNetIpType.Sint, ["INT"] = EtherNetIpType.Int, ["DINT"] = EtherNetIpType.Dint,
        ["LINT"] = EtherNetIpType.Lint,
        ["USINT"] = EtherNetIpType.Usint, ["UINT"] = EtherNetIpType.Uint, ["UDINT"] = EtherNetIpType.Udint,
        ["ULINT"] = EtherNetIpType.Ulint,
        ["REAL"] = EtherNetIpType.Real, ["LREAL"] = EtherNetIpType.Lreal, ["BYTE"] = EtherNetIpType.Byte, ["WORD"] = EtherNetIpType.Word,
        ["DWORD"] = EtherNetIpType.Dword,
        ["LWORD"] = EtherNetIpType.Lword, ["TIME"] = EtherNetIpType.Time, ["STRING"] = EtherNetIpType.ShortString,
        ["UDT"] = EtherNetIpType.Structure,
    };

    private static readonly Dictionary<EtherNetIpType, string> s_names = s_byName.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static IEnumerable<string> Names => s_byName.Keys;

    /// <summary>The type of a name, or null.</summary>
    public static EtherNetIpType? Parse(string name) => s_byName.TryGetValue(name, out var type) ? type : null;

    /// <summary>The name of a type; its code for one without a name.</summary>
    public static string Name(this EtherNetIpType type) => s_names.TryGetValue(type, out var name) ? name : $"type {(ushort)type:X2}";

    /// <summary>Bytes of a value; 0 for texts, structures and types that are unknown here.</summary>
    public static int Bytes(this EtherNetIpType type) => type switch
    {
        EtherNetIpType.Bool or EtherNetIpType.Sint or EtherNetIpType.Usint or EtherNetIpType.Byte => 1,
        EtherNetIpType.Int or EtherNetIpType.Uint or EtherNetIpType.Word => 2,
        EtherNetIpType.Dint or EtherNetIpType.Udint or EtherNetIpType.Real or EtherNetIpType.Dword or EtherNetIpType.Time => 4,
        EtherNetIpType.Lint or EtherNetIpType.Ulint or EtherNetIpType.Lreal or EtherNetIpType.Lword => 8,
        _ => 0,
    };

    /// <summary>True for a type whose bits can be named.</summary>
    public static bool HasBits(this EtherNetIpType type) => type.Bytes() > 0
        && type is not (EtherNetIpType.Bool or EtherNetIpType.Real or EtherNetIpType.Lreal or EtherNetIpType.Time);
}
