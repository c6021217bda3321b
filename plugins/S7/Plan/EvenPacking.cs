using System.Numerics;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Spreads extents evenly over a given number of requests. If there are more extents than the requests can have items, the narrowest
/// gaps are closed; of equally wide gaps those far from each other come first, so that the spare bytes of all replies are used. Pure.
/// Called by <see cref="Packing"/>.
/// </summary>
internal static class EvenPacking
{
    /// <summary>Returns the requests, or null if the extents do not fit into so many requests this way.</summary>
    public static List<PduContents>? TryFill(Extent[] extents, PduCapacity room, int requests)
    {
        var pdus = Enumerable.Range(0, requests).Select(_ => new PduContents(room)).ToList();
        foreach (var run in Runs(extents, room, requests * room.Items).OrderByDescending(run => run.Bytes))
        {
            var emptiest = pdus.Where(pdu => pdu.Runs.Count < room.Items).MinBy(pdu => pdu.Bytes);
            if (emptiest?.TryAdd(run) is not true && !pdus.Exists(pdu => pdu.TryAdd(run))) return null;
        }

        pdus.RemoveAll(pdu => pdu.Runs.Count == 0);
        return pdus;
    }

    private static List<ItemRange> Runs(Extent[] extents, PduCapacity room, int mostItems)
    {
        var isClosed = new bool[extents.Length];
        var items = extents.Length;
        var gaps = Enumerable.Range(1, extents.Length - 1)
            .Where(i => extents[i].Joins(extents[i - 1]))
            .Select(i => (Before: i, Bytes: extents[i].Start - extents[i - 1].End))
            .OrderBy(gap => gap.Bytes).ThenBy(gap => BitOperations.TrailingZeroCount(gap.Before));
        foreach (var (before, bytes) in gaps)
        {
            if (bytes > ReadVar.ItemHead && items <= mostItems) break;
            isClosed[before] = true;
            if (Fits(extents, isClosed, before, room.MaxRangeBytes)) items--;
            else isClosed[before] = false;
        }

        var runs = new List<ItemRange>();
        for (var i = 0; i < extents.Length; i++)
        {
            if (isClosed[i] && runs[^1].TryJoin(extents, int.MaxValue, room.MaxRangeBytes, out var joined)) runs[^1] = joined;
            else runs.Add(ItemRange.From(extents, i));
        }

        return runs;
    }

    private static bool Fits(Extent[] extents, bool[] isClosed, int at, int mostBytes)
    {
        var first = at;
        while (isClosed[first]) first--;
        var run = ItemRange.From(extents, first);
        while (run.Last + 1 < extents.Length && isClosed[run.Last + 1])
        {
            if (!run.TryJoin(extents, int.MaxValue, mostBytes, out run)) return false;
        }

        return true;
    }
}
