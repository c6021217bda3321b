namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>Tries every way to fill a number of requests, for sets so small that this is quick.</summary>
internal sealed class ExactPacking
{
    private const int MostExtents = 12;
    private const int MostSteps = 200_000;

    private readonly Extent[] _extents;
    private readonly PduRoom _room;
    private readonly Pdu[] _pdus;
    private int _steps;

    private ExactPacking(Extent[] extents, PduRoom room, int requests)
    {
        (_extents, _room) = (extents, room);
        _pdus = [.. Enumerable.Range(0, requests).Select(_ => new Pdu(room))];
    }

    /// <summary>The fewest requests between two numbers, or null when there is no way, or too many to try.</summary>
    public static List<Pdu>? Find(Extent[] extents, PduRoom room, int least, int most)
    {
        for (var requests = least; requests <= most && extents.Length <= MostExtents; requests++)
        {
            var search = new ExactPacking(extents, room, requests);
            if (search.Place(0, null, 0)) return [.. search._pdus.Where(pdu => pdu.Runs.Count > 0)];
        }

        return null;
    }

    // The extents from `next` on; the run before it is the one at `index` of `open`.
    private bool Place(int next, Pdu? open, int index)
    {
        if (next == _extents.Length) return true;
        if (_steps++ > MostSteps) return false;
        if (open is not null)
        {
            var before = open.Runs[index];
            if (before.TryJoin(_extents, int.MaxValue, _room.MostRun, out var joined) && open.TryGrow(index, joined))
            {
                if (Place(next + 1, open, index)) return true;
                open.Shrink(index, before);
            }
        }

        foreach (var pdu in _pdus)
        {
            var isEmpty = pdu.Runs.Count == 0;
            if (pdu.TryAdd(Run.Of(_extents, next)))
            {
                if (Place(next + 1, pdu, pdu.Runs.Count - 1)) return true;
                pdu.RemoveLast();
            }

            // Empty requests are all alike.
            if (isEmpty) break;
        }

        return false;
    }
}
