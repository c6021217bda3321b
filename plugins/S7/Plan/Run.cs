using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>One item of a request: extents that follow one another, read with the gaps between them.</summary>
/// <param name="First">Index of the first extent.</param>
/// <param name="Last">Index of the last one.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte behind the last one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Run(int First, int Last, int Start, int End)
{
    public int Bytes => End - Start;

    public static Run Of(Extent[] extents, int index) => new(index, index, extents[index].Start, extents[index].End);

    /// <summary>The run with the next extent in it, if that belongs to it and the run stays short enough.</summary>
    public bool TryJoin(Extent[] extents, int gap, int mostBytes, out Run joined)
    {
        joined = this;
        if (Last + 1 >= extents.Length) return false;
        ref readonly var last = ref extents[Last];
        ref readonly var next = ref extents[Last + 1];
        joined = new Run(First, Last + 1, Start, Math.Max(End, next.End));
        return next.Joins(last) && next.Start - End <= gap && joined.Bytes <= mostBytes;
    }
}
