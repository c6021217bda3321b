using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Passes the first scan of each interval. A failed scan always passes. Created by <see cref="ScanFlow.Throttle"/>; runs on the recipe's
/// thread.
/// </summary>
internal sealed class ThrottleNode(ScanSchema schema, long interval) : Node(schema), IStateful
{
    private long? _next;

    public string StateFormat => "throttle 1";

    public void Save(StateWriter state)
    {
        state.Write(_next.HasValue);
        if (_next is { } next) state.WriteTimestamp(next);
    }

    public void Load(StateReader state) => _next = state.ReadBoolean() ? state.ReadTimestamp() : null;

    public override void Push(Scan scan)
    {
        if (scan.Failure is null)
        {
            if (scan.Timestamp < _next) return;

            // Counted from the start of the interval, so that jitter of the scans does not accumulate.
            _next = _next is { } next && scan.Timestamp - next <= interval ? next + interval : scan.Timestamp + interval;
        }

        Emit(scan);
    }
}
