using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Lets at most one scan through in each interval: the first of it. A failed scan always passes.</summary>
internal sealed class ThrottleNode(Schema schema, long interval) : Node(schema)
{
    private long _next = long.MinValue;

    public override void Push(Scan scan)
    {
        if (scan.Failure is null)
        {
            if (scan.Timestamp < _next) return;

            // From the slot, not from the scan: scans that come a little early or late do not make the rhythm wander.
            _next = _next == long.MinValue || scan.Timestamp - _next > interval ? scan.Timestamp + interval : _next + interval;
        }

        Emit(scan);
    }
}
