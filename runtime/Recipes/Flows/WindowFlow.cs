using PlantRuntime.Recipes.Operators;

namespace PlantRuntime.Recipes;

/// <summary>
/// Windows of time over a flow; each of its operators makes one scan a window. The result keeps the tag's name and its unit; tags that are
/// not named (none named: all are) are left out. A scan's time is the start of its window, as in OPC UA's aggregates (Part 13). Only good
/// values count; a tag without any in a window is null with the quality of its last bad sample, <see cref="Contracts.Quality.Stale"/> when
/// none came at all.
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

    /// <summary>The mean of the numbers; of TRUE and FALSE the share of TRUE, 0 to 1. Each sample weighs the same.</summary>
    public ScanFlow Mean(params string[] tags) => Make(Aggregate.Mean, tags);

    /// <summary>The smallest number.</summary>
    public ScanFlow Min(params string[] tags) => Make(Aggregate.Min, tags);

    /// <summary>The largest number.</summary>
    public ScanFlow Max(params string[] tags) => Make(Aggregate.Max, tags);

    /// <summary>The first good value, of any kind.</summary>
    public ScanFlow First(params string[] tags) => Make(Aggregate.First, tags);

    /// <summary>The last good value, of any kind.</summary>
    public ScanFlow Last(params string[] tags) => Make(Aggregate.Last, tags);

    /// <summary>How many good values there were; 0 is a good count.</summary>
    public ScanFlow Count(params string[] tags) => Make(Aggregate.Count, tags);

    private ScanFlow Make(Aggregate aggregate, string[] tags) => _flow.Aggregated(_length, aggregate, tags);
}
