namespace PlantRuntime.Contracts;

/// <summary>What a <see cref="Value"/> holds.</summary>
public enum ValueKind : byte
{
    /// <summary>No value: the tag could not be read, or an operator took the value away.</summary>
    Null,

    /// <summary>TRUE or FALSE.</summary>
    Bool,

    /// <summary>A signed integer of up to 64 bits.</summary>
    Int,

    /// <summary>An unsigned integer of 64 bits; smaller unsigned types fit into <see cref="Int"/>.</summary>
    UInt,

    /// <summary>An IEEE 754 single; kept apart from <see cref="Float64"/> so that 0.1 is written as 0.1.</summary>
    Float32,

    /// <summary>An IEEE 754 double.</summary>
    Float64,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Several values under one name, as a PLC's array.</summary>
    Array,
}
