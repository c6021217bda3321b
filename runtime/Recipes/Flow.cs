using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// A flow of items other than scans: events, groups. It is declared while the recipe's top level runs; afterwards the operator before it
/// emits items on the recipe's thread. Not thread-safe.
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class Flow<T>
{
    private readonly PlanBuilder _plan;
    private readonly Func<T, (DateTime Time, string Device)> _origin;
    private readonly List<Action<T>> _listeners = [];
    private readonly List<Func<bool>> _ends = [];

    internal Flow(PlanBuilder plan, Func<T, (DateTime Time, string Device)> origin)
    {
        _plan = plan;
        _origin = origin;
    }

    /// <summary>True if no operator or output follows.</summary>
    internal bool IsUnconnected => _ends.TrueForAll(end => end());

    /// <summary>Keeps the items for which <paramref name="predicate"/> is true.</summary>
    public Flow<T> Where(Func<T, bool> predicate)
    {
        var guarded = _plan.GuardLambda(predicate);
        var kept = new Flow<T>(_plan, _origin);
        _listeners.Add(item =>
        {
            if (guarded.TryCall(item, out var keep) && keep) kept.Emit(item);
        });
        _ends.Add(() => kept.IsUnconnected);
        return kept;
    }

    /// <summary>Converts each item to a JSON object: from an anonymous object, a dictionary or a record.</summary>
    public PayloadFlow Payload<TPayload>(Func<T, TPayload> make)
    {
        var guarded = _plan.GuardLambda(make);
        var writer = _plan.Payload<TPayload>();
        _listeners.Add(item =>
        {
            if (!guarded.TryCall(item, out var payload)) return;
            var (time, device) = _origin(item);
            writer.Write(time, device, payload);
        });
        _ends.Add(() => writer.IsEnd);
        return new PayloadFlow(_plan, writer.Add);
    }

    /// <summary>Passes an item to all consumers. An exception of a lambda is reported to the plan and ends only its branch.</summary>
    internal void Emit(T item)
    {
        foreach (var listener in _listeners) listener(item);
    }
}
