using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7;

/// <summary>Where a tag's value is and what it means. Made by <see cref="S7AddressParser"/>.</summary>
/// <param name="Area">Area of the memory.</param>
/// <param name="Block">Number of the data block, 0 in other areas.</param>
/// <param name="Offset">First byte in it; of timers and counters twice their number, for each fills two bytes.</param>
/// <param name="Type">What the bytes mean.</param>
/// <param name="Bit">Bit of the byte, 0 the least significant, for a BOOL.</param>
/// <param name="Length">Characters of a STRING or WSTRING, else 0.</param>
/// <param name="Count">Elements of an array, 0 for a single value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct S7Address(S7Area Area, int Block, int Offset, S7Type Type, int Bit = 0, int Length = 0, int Count = 0)
{
    /// <summary>Bytes of an area that can be addressed: blocks with absolute addresses have at most 64 KiB.</summary>
    public const int MostBytes = 65536;

    /// <summary>Bytes of a single value, or of an element.</summary>
    public int ElementBytes => Type.Bytes(Length);

    /// <summary>Bytes from one element of an array to the next: strings begin at even bytes. BOOLs are packed, eight in one.</summary>
    public int Stride => Type is S7Type.String or S7Type.WString ? (ElementBytes + 1) & ~1 : ElementBytes;

    /// <summary>Bytes that the value fills.</summary>
    public int Bytes => Count == 0 ? ElementBytes : Type == S7Type.Bool ? (Count + 7) / 8 : ((Count - 1) * Stride) + ElementBytes;
}
