namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// The order of a value's bytes in its registers; A is the most significant byte of four. A letter order combines two independent swaps, so
/// that it also applies to values of 16 and 64 bits.
/// </summary>
[Flags]
internal enum ByteOrder : byte
{
    /// <summary>
    /// Most significant register first, and in it the most significant byte first, as in the specification (Application Protocol
    /// V1.1b3, clause 4.2).
    /// </summary>
    ABCD = 0,

    /// <summary>The bytes of each register swapped.</summary>
    BADC = 1,

    /// <summary>Least significant register first.</summary>
    CDAB = 2,

    /// <summary>Both swaps: least significant byte first.</summary>
    DCBA = BADC | CDAB,
}

/// <summary>Parses the names of byte orders. Pure.</summary>
internal static class ByteOrders
{
    public const string Names = "ABCD, DCBA, BADC, CDAB";

    public static bool TryParse(ReadOnlySpan<char> text, out ByteOrder order)
    {
        // Enum.TryParse would take "3" and "BADC,CDAB" as well.
        order = default;
        return text.Length == 4 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out order);
    }
}
