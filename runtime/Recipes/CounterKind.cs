namespace PlantRuntime.Recipes;

/// <summary>What it means when a value falls, for <c>Rate</c>.</summary>
public enum CounterKind
{
    /// <summary>It fell: the rate is negative. For levels, temperatures, positions.</summary>
    None,

    /// <summary>A counter that only grows: it was set back to 0 and has grown to its new value since.</summary>
    Resets,

    /// <summary>
    /// A 16-bit counter (INT, UINT, WORD): it went on from its highest value to its lowest. A fall by less than half the range is
    /// taken for a reset to 0.
    /// </summary>
    Bits16,

    /// <summary>The same with 32 bits (DINT, UDINT, DWORD).</summary>
    Bits32,
}
