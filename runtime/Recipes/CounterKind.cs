namespace PlantRuntime.Recipes;

/// <summary>Meaning of a falling value for <c>Rate</c>.</summary>
public enum CounterKind
{
    /// <summary>The rate is negative. For levels, temperatures, positions.</summary>
    None,

    /// <summary>A counter that only rises was reset to 0 and has risen to the new value since.</summary>
    Resets,

    /// <summary>
    /// A 16-bit counter (INT, UINT, WORD) overflowed from its highest to its lowest value. If that would mean a rise by half the range or
    /// more, the counter was reset to 0 instead.
    /// </summary>
    Bits16,

    /// <summary>The same with 32 bits (DINT, UDINT, DWORD).</summary>
    Bits32,
}
