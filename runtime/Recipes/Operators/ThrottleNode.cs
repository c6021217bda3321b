using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Lets at most one scan through in each interval: the first of it. A failed scan always passes.</summary>
internal sealed class ThrottleNode(Schema schema, long interval) : Node(schema), IStateful
{
    private long? _next;

    public string StateForm => "throttle 1";

    public void Save(StateWriter state)
    {
        state.Write(_next.HasValue);
        if (_next is { } next) state.WriteMoment(next);
    }

    public void Load(StateReader state) => _next = state.ReadBoolean() ? state.ReadMoment() : null;

    public override void Push(Scan scan)
    {
        if (scan.Failure is null)
        {
            if (scan.Timestamp < _next) return;

            // From the slot, not from the scan: scans that come a little early or late do not make the rhythm wander.
            _next = _next is { } next && scan.Timestamp - next <= interval ? next + interval : scan.Timestamp + interval;
        }

        Emit(scan);
    }
}
