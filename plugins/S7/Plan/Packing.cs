namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Fills requests: which extents share an item and which items share a request, so that requests are few. Finding the fewest is a
/// bin-packing problem; so good ways are tried, and when a few extents still need more requests than the lower bound, all ways are
/// (<see cref="ExactPacking"/>). Pure.
/// </summary>
internal static class Packing
{
    private const int MostGaps = 24;

    /// <summary>The runs of each request.</summary>
    /// <param name="extents">Sorted by group and start.</param>
    /// <param name="room">What a request has room for.</param>
    public static Run[][] Least(Extent[] extents, PduRoom room)
    {
        if (extents.Length == 0) return [];
        var least = LowerBound(extents, room);
        List<Pdu>? best = null;
        foreach (var gap in Gaps(extents, room))
        {
            if (best?.Count == least) break;
            foreach (var found in (ReadOnlySpan<List<Pdu>>)[Decreasing(extents, room, gap), InOrder(extents, room, gap)])
            {
                if (best is null || (found.Count, Bytes(found)).CompareTo((best.Count, Bytes(best))) < 0) best = found;
            }
        }

        for (var requests = least; requests < best!.Count; requests++) best = EvenPacking.TryFill(extents, room, requests) ?? best;
        if (best.Count > least) best = ExactPacking.Find(extents, room, least, best.Count - 1) ?? best;
        return [.. best.Select(pdu => pdu.Runs.OrderBy(run => run.Bytes & 1).ThenBy(run => run.First).ToArray())];
    }

    /// <summary>
    /// Requests that are needed at least. Joining two extents saves an item and its head and costs the gap; so the narrowest gaps are
    /// closed for as long as that saves bytes or there are too many items.
    /// </summary>
    public static int LowerBound(Extent[] extents, PduRoom room)
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

    private static int Bytes(List<Pdu> pdus) => pdus.Sum(pdu => pdu.Bytes + (pdu.Runs.Count * Wire.VarItem.Size));

    private static int[] Gaps(Extent[] extents, PduRoom room)
    {
        var gaps = Enumerable.Range(1, extents.Length - 1)
            .Where(i => extents[i].Joins(extents[i - 1]))
            .Select(i => extents[i].Start - extents[i - 1].End)
            .Where(gap => gap > Wire.ReadVar.ItemHead && gap < room.MostRun)
            .Distinct().Order().ToArray();
        var step = Math.Max(1, gaps.Length / MostGaps);
        return [Wire.ReadVar.ItemHead, 0, .. gaps.Where((_, i) => i % step == 0 || i == gaps.Length - 1)];
    }

    // Runs as long as they can be, the longest first, each into the first request that has room.
    private static List<Pdu> Decreasing(Extent[] extents, PduRoom room, int gap)
    {
        var runs = new List<Run>();
        for (var i = 0; i < extents.Length; i = runs[^1].Last + 1)
        {
            var run = Run.Of(extents, i);
            while (run.TryJoin(extents, gap, room.MostRun, out var joined)) run = joined;
            runs.Add(run);
        }

        var pdus = new List<Pdu>();
        foreach (var run in runs.OrderByDescending(run => run.Bytes)) Add(pdus, run, room);
        return pdus;
    }

    // Extent by extent: it joins the run before it where that has room, so that requests are filled to the brim.
    private static List<Pdu> InOrder(Extent[] extents, PduRoom room, int gap)
    {
        var pdus = new List<Pdu>();
        var (at, index) = (Add(pdus, Run.Of(extents, 0), room), 0);
        for (var i = 1; i < extents.Length; i++)
        {
            if (at.Runs[index].TryJoin(extents, gap, room.MostRun, out var joined) && at.TryGrow(index, joined)) continue;
            at = Add(pdus, Run.Of(extents, i), room);
            index = at.Runs.Count - 1;
        }

        return pdus;
    }

    private static Pdu Add(List<Pdu> pdus, Run run, PduRoom room)
    {
        var pdu = pdus.Find(candidate => candidate.TryAdd(run));
        if (pdu is not null) return pdu;
        pdus.Add(pdu = new Pdu(room));
        pdu.TryAdd(run);
        return pdu;
    }
}
