using PlantRuntime.Recipes.Operators;

namespace PlantRuntime.Recipes;

/// <summary>
/// Time windows over a flow. Each aggregate emits one scan per window with the named tags (all tags if none is named), which keep name and
/// unit. The time of the scan is the start of its window, as for OPC UA aggregates (Part 13). Only good values count. A tag without a good
/// value in a window is null with the quality of its last bad sample, or <see cref="Contracts.Quality.Stale"/> without any sample.
/// Immutable; used while the recipe's top level runs.
/// </summary>
public sealed class WindowFlow
{
    private readonly ScanFlow _flow;
    private readonly TimeSpan _length;

    internal WindowFlow(ScanFlow flow, TimeSpan length)
    {
        _flow = flow;
        _length = length;
    }

    /// <summary>The mean of the numbers; for bools the share of TRUE, 0 to 1. All samples have the same weight.</summary>
    public ScanFlow Mean(params string[] tags) => Aggregated(Aggregate.Mean, tags);

    /// <summary>The smallest number.</summary>
    public ScanFlow Min(params string[] tags) => Aggregated(Aggregate.Min, tags);

    /// <summary>The largest number.</summary>
    public ScanFlow Max(params string[] tags) => Aggregated(Aggregate.Max, tags);

    /// <summary>The first good value, of any kind.</summary>
    public ScanFlow First(params string[] tags) => Aggregated(Aggregate.First, tags);

    /// <summary>The last good value, of any kind.</summary>
    public ScanFlow Last(params string[] tags) => Aggregated(Aggregate.Last, tags);

    /// <summary>The number of good values; a count of 0 is good.</summary>
    public ScanFlow Count(params string[] tags) => Aggregated(Aggregate.Count, tags);

    private ScanFlow Aggregated(Aggregate aggregate, string[] tags) => _flow.Aggregated(_length, aggregate, tags);
}
