using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>Things other than scans on their way through a recipe.</summary>
/// <typeparam name="T">What flows.</typeparam>
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

    /// <summary>True when nothing follows where something should.</summary>
    internal bool IsEnd => _ends.TrueForAll(end => end());

    /// <summary>Keeps those for which <paramref name="predicate"/> is true.</summary>
    public Flow<T> Where(Func<T, bool> predicate)
    {
        var fenced = _plan.Fence(predicate);
        var kept = new Flow<T>(_plan, _origin);
        _listeners.Add(item =>
        {
            if (fenced.TryCall(item, out var keep) && keep) kept.Speak(item);
        });
        _ends.Add(() => kept.IsEnd);
        return kept;
    }

    /// <summary>Shapes each into a JSON object: an anonymous object, a dictionary, a record.</summary>
    public PayloadFlow Payload<TPayload>(Func<T, TPayload> make)
    {
        var fenced = _plan.Fence(make);
        var writer = _plan.Payload<TPayload>();
        _listeners.Add(item =>
        {
            if (!fenced.TryCall(item, out var payload)) return;
            var (time, device) = _origin(item);
            writer.Write(time, device, payload);
        });
        _ends.Add(() => writer.IsEnd);
        return new PayloadFlow(_plan, writer.Add);
    }

    internal void Speak(T item)
    {
        foreach (var listener in _listeners) listener(item);
    }
}
