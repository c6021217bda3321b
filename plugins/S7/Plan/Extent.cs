using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>Bytes that must come with one item.</summary>
/// <param name="Group">Area and block.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte behind the last one.</param>
/// <param name="IsApart">True when nothing may be read together with it.</param>
/// <param name="IsCutOff">True when the gap before it must not be read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Extent(int Group, int Start, int End, bool IsApart = false, bool IsCutOff = false)
{
    /// <summary>True when this extent and the one before it may be read together.</summary>
    public bool Joins(in Extent before) => Group == before.Group && !IsApart && !before.IsApart && !IsCutOff;
}
