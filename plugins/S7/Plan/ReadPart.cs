using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>A tag, or a piece of one that is longer than a PDU.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="At">Where in the tag's bytes the piece begins.</param>
/// <param name="Bytes">How many it has.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadPart(ReadTag Tag, int At, int Bytes)
{
    public int Start => Tag.Start + At;

    public int End => Start + Bytes;
}
