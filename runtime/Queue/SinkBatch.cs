using PlantRuntime.Contracts;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Holds the records that a sink session got from its <see cref="IBatchSource"/> in one piece, and how many of them are finished. Owned by
/// one sink session, one call at a time; the source changes it in <c>RejectAsync</c> and <c>AdvanceAsync</c> and reuses the record buffer
/// after the last record. Not thread-safe.
/// </summary>
/// <param name="Batch">The records, oldest first.</param>
/// <param name="Recipes">The recipe of each record, by index.</param>
/// <param name="Rows">The rows of the queue that the records came from; empty if the source is in memory.</param>
internal sealed record SinkBatch(RecordBatch Batch, List<string> Recipes, IReadOnlyList<StoredRow> Rows)
{
    /// <summary>The number of records, from the first, that are finished: stored by the sink or moved to the dead letters.</summary>
    public int Done { get; set; }

    /// <summary>Indexes of the records that the sink rejected and that are dead letters now.</summary>
    public HashSet<int> Rejected { get; } = [];

    /// <summary>Returns the monotonic timestamp at which a record was stored; null if the source is in memory.</summary>
    public long? StoredAt(int index)
    {
        var number = Batch[index].Id.Batch;
        return Rows.FirstOrDefault(r => r.Number == number)?.StoredAt;
    }

    /// <summary>
    /// Counts, by recipe, the records from <see cref="Done"/> to <paramref name="end"/> (exclusive) that were not rejected.
    /// </summary>
    public Dictionary<string, int> Delivered(int end)
    {
        var delivered = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = Done; i < end; i++)
        {
            if (!Rejected.Contains(i)) delivered[Recipes[i]] = delivered.GetValueOrDefault(Recipes[i]) + 1;
        }

        return delivered;
    }
}
