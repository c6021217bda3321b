using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// Remembers the delivered records of batches that failed half-way in mode "single". They are not sent twice, and so a batch can take
/// longer than the time limit of one call. Only the newest ranges are kept; records of older ones are sent again with the same key.
/// Thread-safe.
/// </summary>
internal sealed class DeliveredRanges
{
    private const int MaxRanges = 100;
    private readonly List<(RecordId First, RecordId Last)> _ranges = [];
    private readonly Lock _gate = new();

    /// <summary>Adds the records of a batch from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public void Add(RecordBatch batch, int start, int end)
    {
        if (start >= end || batch.Queue == Guid.Empty) return;
        var range = (First: batch[start].Id, Last: batch[end - 1].Id);
        lock (_gate)
        {
            _ranges.RemoveAll(r => Contains(range, r.First) && Contains(range, r.Last));
            if (_ranges.Count == MaxRanges) _ranges.RemoveAt(0);
            _ranges.Add(range);
        }
    }

    public bool Contains(RecordId id)
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
        range.First.Queue == id.Queue
        && PositionOf(range.First).CompareTo(PositionOf(id)) <= 0
        && PositionOf(id).CompareTo(PositionOf(range.Last)) <= 0;

    private static (long Batch, int Index) PositionOf(RecordId id) => (id.Batch, id.Index);
}
