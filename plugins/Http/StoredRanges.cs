using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// What is stored of batches that failed and whose records go one by one: it is not sent twice, and so a batch can take longer than one
/// call may. The newest ranges are remembered; what lies in older ones is sent again with the same key.
/// </summary>
internal sealed class StoredRanges
{
    private const int Most = 100;
    private readonly List<(RecordId First, RecordId Last)> _ranges = [];
    private readonly Lock _gate = new();

    /// <summary>The records of these places of the batch are stored, <paramref name="end"/> not included.</summary>
    public void Add(RecordBatch batch, int start, int end)
    {
        if (start >= end || batch.Queue == Guid.Empty) return;
        var range = (First: batch[start].Id, Last: batch[end - 1].Id);
        lock (_gate)
        {
            _ranges.RemoveAll(r => Contains(range, r.First) && Contains(range, r.Last));
            if (_ranges.Count == Most) _ranges.RemoveAt(0);
            _ranges.Add(range);
        }
    }

    public bool Contain(RecordId id)
    {
        lock (_gate)
        {
            foreach (var range in _ranges)
            {
                if (Contains(range, id)) return true;
            }

            return false;
        }
    }

    private static bool Contains((RecordId First, RecordId Last) range, RecordId id) =>
        range.First.Queue == id.Queue && Place(range.First).CompareTo(Place(id)) <= 0 && Place(id).CompareTo(Place(range.Last)) <= 0;

    private static (long Batch, int Index) Place(RecordId id) => (id.Batch, id.Index);
}
