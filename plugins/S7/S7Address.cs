using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// The parsed address of a tag or a block of bytes: area, block, offset and type. Created by <see cref="S7AddressParser"/>
/// and <see cref="S7BlockParser"/>. Immutable.
/// </summary>
/// <param name="Area">Area of the CPU's memory.</param>
/// <param name="Block">Number of the data block, 0 in other areas.</param>
/// <param name="Offset">First byte; for timers and counters their number times the bytes of one: 2, or 5 and 3 in an S7-200.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Bit">Bit of the byte for a BOOL, where 0 is the least significant; else 0.</param>
/// <param name="Length">Characters of a STRING, WSTRING or CHAR[n], else 0.</param>
/// <param name="Count">Elements of an array, 0 for a single value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct S7Address(S7Area Area, int Block, int Offset, S7Type Type, int Bit = 0, int Length = 0, int Count = 0)
{
    /// <summary>Number of bytes of an area that can be addressed: 64 KiB, the most that a block with absolute addresses has.</summary>
    public const int MaxBytes = 65536;

    /// <summary>Bytes of a single value, or of an element.</summary>
    public int ElementBytes => Type.Bytes(Length);

    /// <summary>
    /// Bytes from one element of an array to the next. Texts begin at even bytes. BOOLs are packed, eight in a byte, and have no stride.
    /// </summary>
    public int Stride => Length > 0 ? (ElementBytes + 1) & ~1 : ElementBytes;

    /// <summary>Bytes that the value fills.</summary>
    public int Bytes => Count == 0 ? ElementBytes : Type == S7Type.Bool ? (Count + 7) / 8 : ((Count - 1) * Stride) + ElementBytes;
}

/// <summary>Areas of a CPU's memory, numbered as on the wire.</summary>
/// <remarks>The low byte is the number on the wire: peripheral inputs and outputs share one.</remarks>
internal enum S7Area : ushort
{
    /// <summary>Counters (C, German Z).</summary>
    Counter = 0x1C,

    /// <summary>Timers (T).</summary>
    Timer = 0x1D,

    /// <summary>Counters of an S7-200.</summary>
    Counter200 = 0x1E,

    /// <summary>Timers of an S7-200.</summary>
    Timer200 = 0x1F,

    /// <summary>Inputs at the modules, without the process image (PI, German PE).</summary>
    PeripheralInput = 0x80,

    /// <summary>Process image of the inputs (I, German E).</summary>
    Input = 0x81,

    /// <summary>Process image of the outputs (Q, German A).</summary>
    Output = 0x82,

    /// <summary>Bit memory (M).</summary>
    Marker = 0x83,

    /// <summary>A data block (DB); the variable memory (V) of a LOGO or an S7-200 is DB1.</summary>
    DataBlock = 0x84,

    /// <summary>Outputs at the modules, without the process image (PQ, German PA).</summary>
    PeripheralOutput = 0x180,
}
