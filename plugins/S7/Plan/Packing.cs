namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Packs extents into few requests: decides which extents share an item and which items share a request. Finding the fewest requests is a
/// bin-packing problem; so several heuristics are tried, and if a few extents still need more requests than the lower bound, all ways are
/// searched (<see cref="ExactPacking"/>). Pure. Called by <see cref="S7ReadPlan"/>.
/// </summary>
internal static class Packing
{
    // Limits the number of gap widths that are tried as the widest gap inside an item.
    private const int MaxGapsTried = 24;

    /// <summary>Returns the items of each request.</summary>
    /// <param name="extents">Sorted by group and start.</param>
    /// <param name="room">The capacity of a request.</param>
    public static ItemRange[][] PackFewest(Extent[] extents, PduCapacity room)
    {
        if (extents.Length == 0) return [];
        var least = LowerBound(extents, room);
        List<PduContents>? best = null;
        foreach (var gap in Gaps(extents, room))
        {
            if (best?.Count == least) break;
            foreach (var found in (ReadOnlySpan<List<PduContents>>)[Decreasing(extents, room, gap), InOrder(extents, room, gap)])
            {
                if (best is null || (found.Count, Bytes(found)).CompareTo((best.Count, Bytes(best))) < 0) best = found;
            }
        }

        for (var requests = least; requests < best!.Count; requests++) best = EvenPacking.TryFill(extents, room, requests) ?? best;
        if (best.Count > least) best = ExactPacking.Find(extents, room, least, best.Count - 1) ?? best;
        return [.. best.Select(pdu => pdu.Runs.OrderBy(run => run.Bytes & 1).ThenBy(run => run.First).ToArray())];
    }

    /// <summary>
    /// Returns a number of requests that no packing can undercut. Joining two extents saves an item and its head and costs the gap; so the
    /// narrowest gaps are closed for as long as that saves bytes or there are too many items.
    /// </summary>
    public static int LowerBound(Extent[] extents, PduCapacity room)
    {
        var gaps = new List<int>();
        var bytes = 0;
        var end = 0;
        for (var i = 0; i < extents.Length; i++)
        {
            var isNew = i == 0 || extents[i].Group != extents[i - 1].Group;
            if (i > 0 && extents[i].Joins(extents[i - 1])) gaps.Add(Math.Max(0, extents[i].Start - end));
            bytes += extents[i].End - (isNew ? extents[i].Start : Math.Max(extents[i].Start, Math.Min(end, extents[i].End)));
            end = isNew ? extents[i].End : Math.Max(end, extents[i].End);
        }

        gaps.Sort();
        for (var requests = 1; ; requests++)
        {
            var closed = Math.Max(gaps.Count(gap => gap <= Wire.ReadVar.ItemHead), extents.Length - (requests * room.Items));
            if (closed > gaps.Count) continue;
            var items = extents.Length - closed;
            if (bytes + gaps.Take(closed).Sum() + (items * Wire.ReadVar.ItemHead) <= requests * room.Bytes) return requests;
        }
    }

    private static int Bytes(List<PduContents> pdus) => pdus.Sum(pdu => pdu.Bytes + (pdu.Runs.Count * Wire.VarItem.Size));

    private static int[] Gaps(Extent[] extents, PduCapacity room)
    {
        var gaps = Enumerable.Range(1, extents.Length - 1)
            .Where(i => extents[i].Joins(extents[i - 1]))
            .Select(i => extents[i].Start - extents[i - 1].End)
            .Where(gap => gap > Wire.ReadVar.ItemHead && gap < room.MaxRangeBytes)
            .Distinct().Order().ToArray();
        var step = Math.Max(1, gaps.Length / MaxGapsTried);
        return [Wire.ReadVar.ItemHead, 0, .. gaps.Where((_, i) => i % step == 0 || i == gaps.Length - 1)];
    }

    // First-fit decreasing: the extents are joined to runs as long as possible, and each run, the longest first, goes into the first
    // request with room for it.
    private static List<PduContents> Decreasing(Extent[] extents, PduCapacity room, int gap)
    {
        var runs = new List<ItemRange>();
        for (var i = 0; i < extents.Length; i = runs[^1].Last + 1)
        {
            var run = ItemRange.From(extents, i);
            while (run.TryJoin(extents, gap, room.MaxRangeBytes, out var joined)) run = joined;
            runs.Add(run);
        }

        var pdus = new List<PduContents>();
        foreach (var run in runs.OrderByDescending(run => run.Bytes)) Add(pdus, run, room);
        return pdus;
    }

    // First fit in order: each extent joins the run before it if that has room, else it begins a run in the first request with room.
    private static List<PduContents> InOrder(Extent[] extents, PduCapacity room, int gap)
    {
        var pdus = new List<PduContents>();
        var (at, index) = (Add(pdus, ItemRange.From(extents, 0), room), 0);
        for (var i = 1; i < extents.Length; i++)
        {
            if (at.Runs[index].TryJoin(extents, gap, room.MaxRangeBytes, out var joined) && at.TryGrow(index, joined)) continue;
            at = Add(pdus, ItemRange.From(extents, i), room);
            index = at.Runs.Count - 1;
        }

        return pdus;
    }

    private static PduContents Add(List<PduContents> pdus, ItemRange run, PduCapacity room)
    {
        var pdu = pdus.Find(candidate => candidate.TryAdd(run));
        if (pdu is not null) return pdu;
        pdus.Add(pdu = new PduContents(room));
        pdu.TryAdd(run);
        return pdu;
    }
}
