using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery;

/// <summary>What a sink is given at a time: records in order, and what is to be known of them when they are done with.</summary>
/// <param name="Batch">The records.</param>
/// <param name="Recipes">The recipe of each.</param>
/// <param name="Rows">The rows of the queue that they came from; empty without a queue.</param>
internal sealed record Portion(RecordBatch Batch, List<string> Recipes, IReadOnlyList<StoredRow> Rows)
{
    /// <summary>How many records, from the first, are done with: stored, or set aside.</summary>
    public int Done { get; set; }

    /// <summary>Places of records that were refused and set aside.</summary>
    public HashSet<int> Refused { get; } = [];

    /// <summary>How many records of each recipe are stored when all up to <paramref name="end"/> are done with.</summary>
    public Dictionary<string, int> Delivered(int end)
    {
        var delivered = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = Done; i < end; i++)
        {
            if (!Refused.Contains(i)) delivered[Recipes[i]] = delivered.GetValueOrDefault(Recipes[i]) + 1;
        }

        return delivered;
    }
}
