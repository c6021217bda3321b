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
    private readonly WindowBoundaries _boundaries;
    private readonly object _argument;

    /// <param name="flow">The flow before.</param>
    /// <param name="boundaries">The windows.</param>
    /// <param name="argument">Describes the windows in the paths of operators.</param>
    internal WindowFlow(ScanFlow flow, WindowBoundaries boundaries, object argument) =>
        (_flow, _boundaries, _argument) = (flow, boundaries, argument);

    /// <summary>The mean of the numbers; for bools the share of TRUE, 0 to 1. All samples have the same weight.</summary>
    public ScanFlow Mean(params string[] tags) => Aggregated(Aggregate.Mean, tags);

    /// <summary>
    /// The mean of the numbers by time: each value counts until the next sample, and the last one on into the next window. For bools the
    /// share of the time in which they were TRUE, 0 to 1. Time after a bad sample does not count.
    /// </summary>
    public ScanFlow TimeMean(params string[] tags) => _flow.Windowed(
        (schema, chosen, clock) => new TimeMeanNode(schema, chosen, _boundaries, clock), tags, nameof(TimeMean), _argument);

    /// <summary>
    /// The sum of the numbers; a bool counts as 0 or 1. Exact for integers and for numbers of up to 15 digits: after <c>Increase</c> it is
    /// what a counter has risen by.
    /// </summary>
    public ScanFlow Sum(params string[] tags) =>
        _flow.Windowed((schema, chosen, clock) => new SumNode(schema, chosen, _boundaries, clock), tags, nameof(Sum), _argument);

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

    private ScanFlow Aggregated(Aggregate aggregate, string[] tags) => _flow.Windowed(
        (schema, chosen, clock) => new AggregateNode(schema, chosen, aggregate, _boundaries, clock), tags, $"{aggregate}", _argument);
}

/// <summary>Windows of the calendar, in the <c>time_zone</c> of the site.</summary>
public enum CalendarUnit
{
    /// <summary>From one full hour to the next; a day of 25 hours has 25.</summary>
    Hour,

    /// <summary>From local midnight to the next; 23 or 25 hours on the days on which the clocks are set.</summary>
    Day,

    /// <summary>From midnight before Monday.</summary>
    Week,

    /// <summary>From midnight before the first of a month.</summary>
    Month,
}
