using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery;

/// <summary>What a sink is given at a time: records in order, and what is to be known of them when they are done with.</summary>
/// <param name="Batch">The records.</param>
/// <param name="Recipes">The recipe of each.</param>
/// <param name="Rows">The rows of the queue that they came from; empty without a queue.</param>
internal sealed record Portion(RecordBatch Batch, IReadOnlyList<string> Recipes, IReadOnlyList<StoredRow> Rows)
{
    /// <summary>How many records, from the first, are done with: stored, or set aside.</summary>
    public int Done { get; set; }

    /// <summary>The recipes of records that are done with, up to <paramref name="end"/>, with their numbers, without those that were refused.</summary>
    public Dictionary<string, int> Delivered(int end, IReadOnlyList<Refusal> refused)
    {
        var delivered = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = Done; i < end; i++) delivered[Recipes[i]] = delivered.GetValueOrDefault(Recipes[i]) + 1;
        foreach (var refusal in refused) delivered[Recipes[refusal.Index]]--;
        return delivered;
    }
}
