using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>One item of a request: consecutive extents, read together with the gaps between them. Immutable.</summary>
/// <param name="First">Index of the first extent.</param>
/// <param name="Last">Index of the last one.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte after the last one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ItemRange(int First, int Last, int Start, int End)
{
    public int Bytes => End - Start;

    public static ItemRange From(Extent[] extents, int index) => new(index, index, extents[index].Start, extents[index].End);

    /// <summary>
    /// Returns the run extended by the next extent. Returns false if that extent must not join it, the gap is too wide, or the run
    /// gets too long.
    /// </summary>
    /// <param name="extents">All extents, sorted by group and start.</param>
    /// <param name="gap">Widest gap in bytes before the next extent.</param>
    /// <param name="mostBytes">Longest run in bytes.</param>
    /// <param name="joined">The extended run; not valid when false is returned.</param>
    public bool TryJoin(Extent[] extents, int gap, int mostBytes, out ItemRange joined)
    {
        joined = this;
        if (Last + 1 >= extents.Length) return false;
        ref readonly var last = ref extents[Last];
        ref readonly var next = ref extents[Last + 1];
        joined = new ItemRange(First, Last + 1, Start, Math.Max(End, next.End));
        return next.Joins(last) && next.Start - End <= gap && joined.Bytes <= mostBytes;
    }
}

/// <summary>Bytes that must be read with one item. Immutable.</summary>
/// <param name="Group">Number of the area and block, see <see cref="ReadTag.Group"/>.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte after the last one.</param>
/// <param name="IsApart">True if no other extent may be in the same item.</param>
/// <param name="IsCutOff">True if the gap before it must not be read, because the CPU refuses bytes in it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Extent(int Group, int Start, int End, bool IsApart = false, bool IsCutOff = false)
{
    /// <summary>True when this extent and the one before it may be read together.</summary>
    public bool Joins(in Extent before) => Group == before.Group && !IsApart && !before.IsApart && !IsCutOff;
}
