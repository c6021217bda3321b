using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7;

/// <summary>Where a tag's value is and what it means. Made by <see cref="S7AddressParser"/>.</summary>
/// <param name="Area">Area of the memory.</param>
/// <param name="Block">Number of the data block, 0 in other areas.</param>
/// <param name="Offset">First byte in it; of timers and counters twice their number, for each fills two bytes.</param>
/// <param name="Type">What the bytes mean.</param>
/// <param name="Bit">Bit of the byte, 0 the least significant, for a BOOL.</param>
/// <param name="Length">Characters of a STRING or WSTRING, else 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct S7Address(S7Area Area, int Block, int Offset, S7Type Type, int Bit = 0, int Length = 0)
{
    /// <summary>Bytes of an area that can be addressed: blocks with absolute addresses have at most 64 KiB.</summary>
    public const int MostBytes = 65536;

    /// <summary>Bytes that the value fills.</summary>
    public int Bytes => Type.Bytes(Length);
}
