using System.Runtime.InteropServices;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// The items of one request while <see cref="Packing"/> fills requests. If some items have an odd length, one of them is counted as the
/// last, which needs no padding byte. Used within one packing attempt; performs no I/O; not thread-safe.
/// </summary>
internal sealed class PduContents(PduCapacity room)
{
    private int _bytes;
    private int _odd;

    public List<ItemRange> Runs { get; } = [];

    /// <summary>Bytes of the items in the reply, including their heads and padding.</summary>
    public int Bytes => _bytes - (_odd > 0 ? 1 : 0);

    /// <summary>Adds a run. Returns false if the request has no room for it.</summary>
    public bool TryAdd(ItemRange run)
    {
        if (Runs.Count == room.Items || !Fits(0, run.Bytes)) return false;
        Runs.Add(run);
        Count(0, run.Bytes);
        return true;
    }

    /// <summary>Replaces a run by a longer one. Returns false if that does not fit.</summary>
    public bool TryGrow(int index, ItemRange grown)
    {
        var before = Runs[index].Bytes;
        if (!Fits(before, grown.Bytes)) return false;
        Count(before, grown.Bytes);
        Runs[index] = grown;
        return true;
    }

    public void RemoveLast()
    {
        Count(Runs[^1].Bytes, 0);
        Runs.RemoveAt(Runs.Count - 1);
    }

    /// <summary>Replaces a run by a shorter one; undoes <see cref="TryGrow"/>.</summary>
    public void Shrink(int index, ItemRange run)
    {
        Count(Runs[index].Bytes, run.Bytes);
        Runs[index] = run;
    }

    private bool Fits(int before, int after)
    {
        var odd = _odd - (before & 1) + (after & 1);
        return _bytes + CostOf(after) - CostOf(before) - (odd > 0 ? 1 : 0) <= room.Bytes;
    }

    private void Count(int before, int after)
    {
        _bytes += CostOf(after) - CostOf(before);
        _odd += (after & 1) - (before & 1);
    }

    private static int CostOf(int bytes) => bytes == 0 ? 0 : PduCapacity.Cost(bytes);
}

/// <summary>The number of items and bytes that fit into one request and its reply. Immutable.</summary>
/// <param name="Items">Most items of a request.</param>
/// <param name="Bytes">Most bytes of all items of a reply, including their heads.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PduCapacity(int Items, int Bytes)
{
    /// <summary>Longest run in bytes; even, so that no timer or counter of two bytes is split.</summary>
    public int MaxRangeBytes => (Bytes - ReadVar.ItemHead) & ~1;

    /// <summary>Computes the capacity for a PDU size in bytes.</summary>
    public static PduCapacity From(int pduSize) => new(
        Math.Min(ReadVar.MaxItems, (pduSize - S7Header.JobSize - ReadVar.ParameterHead) / VarItem.Size),
        pduSize - S7Header.AckSize - ReadVar.ParameterHead);

    /// <summary>Returns the bytes that an item fills in a reply if another item follows it.</summary>
    public static int Cost(int bytes) => ReadVar.ItemHead + bytes + (bytes & 1);
}
