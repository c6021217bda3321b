using System.Globalization;

namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// The result of an operation (OPC 10000-4, 7.39): bits 31-30 are the severity, 31-16 the code, 15-0 information bits.
/// </summary>
internal readonly record struct StatusCode(uint Code)
{
    // Bit 7 of a data value: the info type is DataValue; bit 7 of those: values were dropped from the queue.
    private const uint DataValueInfo = 0x0400;
    private const uint OverflowBit = 0x0080;

    public bool IsGood => Code >> 30 == 0;

    public bool IsUncertain => Code >> 30 == 1;

    public bool IsBad => Code >> 31 == 1;

    /// <summary>True if the server dropped values of this item because its queue was full (7.39.1).</summary>
    public bool HasOverflow => (Code & (DataValueInfo | OverflowBit)) == (DataValueInfo | OverflowBit);

    /// <summary>The code without information bits.</summary>
    public uint Condition => Code & 0xFFFF_0000;

    public bool Is(uint code) => Condition == code;

    /// <summary>The specification's name, "Bad_NodeIdUnknown"; the number for a code that it does not define. Cached strings.</summary>
    public override string ToString() => StatusCodeNames.Find(Condition)
        ?? string.Create(CultureInfo.InvariantCulture, $"{(IsBad ? "Bad" : IsUncertain ? "Uncertain" : "Good")} 0x{Condition:X8}");
}
