namespace PlantRuntime.Recipes;

/// <summary>Elementary types of IEC 61131-3 as they lie in a block: the most significant byte first.</summary>
public enum DataType
{
    /// <summary>One bit.</summary>
    Bool,

    /// <summary>Signed, 1 byte.</summary>
    SInt,

    /// <summary>Unsigned, 1 byte; also BYTE.</summary>
    USInt,

    /// <summary>Signed, 2 bytes.</summary>
    Int,

    /// <summary>Unsigned, 2 bytes; also WORD.</summary>
    UInt,

    /// <summary>Signed, 4 bytes.</summary>
    DInt,

    /// <summary>Unsigned, 4 bytes; also DWORD.</summary>
    UDInt,

    /// <summary>Signed, 8 bytes.</summary>
    LInt,

    /// <summary>Unsigned, 8 bytes; also LWORD.</summary>
    ULInt,

    /// <summary>IEEE 754 single, 4 bytes.</summary>
    Real,

    /// <summary>IEEE 754 double, 8 bytes.</summary>
    LReal,
}
