namespace PlantRuntime.Plugins.S7;

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
    Counter,
}
