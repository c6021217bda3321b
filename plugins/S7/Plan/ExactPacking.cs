namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Searches all ways to pack a few extents into a number of requests, up to a limit of steps. One object is one search, within one call of
/// <see cref="Find"/>; performs no I/O.
/// </summary>
internal sealed class ExactPacking
{
    private const int MaxExtents = 12;
    private const int MaxSteps = 200_000;

    private readonly Extent[] _extents;
    private readonly PduCapacity _room;
    private readonly PduContents[] _pdus;
    private int _steps;

    private ExactPacking(Extent[] extents, PduCapacity room, int requests)
    {
        (_extents, _room) = (extents, room);
        _pdus = [.. Enumerable.Range(0, requests).Select(_ => new PduContents(room))];
    }

    /// <summary>Returns the fewest requests between two numbers, or null if there is no way or the search reaches its limit.</summary>
    public static List<PduContents>? Find(Extent[] extents, PduCapacity room, int least, int most)
    {
        for (var requests = least; requests <= most && extents.Length <= MaxExtents; requests++)
        {
            var search = new ExactPacking(extents, room, requests);
            if (search.Place(0, null, 0)) return [.. search._pdus.Where(pdu => pdu.Runs.Count > 0)];
        }

        return null;
    }

    // Places the extents from `next` on. The run that ends before `next` is the one at `index` of `open`.
    private bool Place(int next, PduContents? open, int index)
    {
        if (next == _extents.Length) return true;
        if (_steps++ > MaxSteps) return false;
        if (open is not null)
        {
            var before = open.Runs[index];
            if (before.TryJoin(_extents, int.MaxValue, _room.MaxRangeBytes, out var joined) && open.TryGrow(index, joined))
            {
                if (Place(next + 1, open, index)) return true;
                open.Shrink(index, before);
            }
        }

        foreach (var pdu in _pdus)
        {
            var isEmpty = pdu.Runs.Count == 0;
            if (pdu.TryAdd(ItemRange.From(_extents, next)))
            {
                if (Place(next + 1, pdu, pdu.Runs.Count - 1)) return true;
                pdu.RemoveLast();
            }

            // All empty requests are equal, so only the first one is tried.
            if (isEmpty) break;
        }

        return false;
    }
}
