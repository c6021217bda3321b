using System.Runtime.InteropServices;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>What one request and its answer have room for.</summary>
/// <param name="Items">Items of a request.</param>
/// <param name="Bytes">Bytes of all items of an answer, their heads included.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PduRoom(int Items, int Bytes)
{
    /// <summary>Longest run of bytes; even, so that timers and counters are not torn.</summary>
    public int MostRun => (Bytes - ReadVar.ItemHead) & ~1;

    public static PduRoom Of(int pduSize) => new(
        Math.Min(ReadVar.MostItems, (pduSize - S7Header.JobSize - ReadVar.ParameterHead) / VarItem.Size),
        pduSize - S7Header.AckSize - ReadVar.ParameterHead);

    /// <summary>Bytes that a run fills in an answer when another item follows it.</summary>
    public static int Cost(int bytes) => ReadVar.ItemHead + bytes + (bytes & 1);
}
