using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Computes the aggregates of a window that depend only on its samples. Created by <see cref="WindowFlow"/>; runs on the recipe's thread.
/// </summary>
internal sealed class AggregateNode(
    ScanSchema schema, bool[] chosen, Aggregate aggregate, WindowBoundaries boundaries, PlanClock clock)
    : WindowNode(schema, chosen, aggregate != Aggregate.Count, boundaries, clock), IStateful
{
    private readonly TagStates<WindowState> _states = new(schema);

    public string StateFormat => "window 1";

    public override void Save(StateWriter state)
    {
        base.Save(state);
        _states.Save(state);
    }

    public void Load(StateReader state) => Load(state, _states.Load);

    protected override void Add(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (Tags[sample.Tag.Index] is not null) _states[sample.Tag.Index].Add(sample, aggregate);
        }
    }

    protected override void Close(Scan result, DateTime start, long end, long next)
    {
        for (var i = 0; i < Tags.Length; i++)
        {
            if (Tags[i] is not { } tag) continue;
            result.Append(_states[i].Result(tag, start, aggregate));
            _states[i] = default;
        }
    }
}

/// <summary>The result of a window.</summary>
internal enum Aggregate
{
    Mean,
    Min,
    Max,
    First,
    Last,
    Count,
}
