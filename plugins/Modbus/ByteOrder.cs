namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Where the bytes of a value stand in its registers; A is the most significant byte of four. The letters are two independent swaps,
/// so that the order holds for 16 and 64 bits as well.
/// </summary>
[Flags]
internal enum ByteOrder : byte
{
    /// <summary>Most significant register first, most significant byte first in it: as the specification says.</summary>
    ABCD = 0,

    /// <summary>The bytes of each register swapped.</summary>
    BADC = 1,

    /// <summary>Least significant register first.</summary>
    CDAB = 2,

    /// <summary>Both: the least significant byte first.</summary>
    DCBA = BADC | CDAB,
}
