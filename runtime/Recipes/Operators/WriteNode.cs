using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Computes a value from each scan and requests its write. A value computed from a bad tag is not written. Created by
/// <see cref="ScanFlow.Write"/>; runs on the recipe's thread.
/// </summary>
internal class WriteNode(ScanSchema schema, TagWriteTarget point, GuardedLambda<Scan, Value> compute) : Node(schema)
{
    public override bool IsUnconnected => false;

    protected TagWriteTarget Point => point;

    public override void Probe(Scan scan) => compute.TryCall(scan, out _);

    public override void Push(Scan scan)
    {
        scan.DrainWorstRead();
        scan.DrainMissingRead();
        if (!compute.TryCall(scan, out var value) || scan.DrainWorstRead() != Quality.Good || value.IsNull) return;
        if (scan.DrainMissingRead() is { } missing)
            point.Output!.Refuse(value, scan.Timestamp, $"\"{missing}\" is not in this scan: an operator before Write removed it");
        else Write(value, scan.Timestamp);
    }

    protected virtual void Write(Value value, long timestamp) => point.Output!.Write(value, timestamp);
}

/// <summary>
/// Requests a write only if the value differs from the last one that was requested, or if that one was not written. The last value is
/// carried over reloads and restarts. Created by <see cref="ScanFlow.Write"/>; runs on the recipe's thread.
/// </summary>
internal sealed class ChangedWriteNode(ScanSchema schema, TagWriteTarget point, GuardedLambda<Scan, Value> compute)
    : WriteNode(schema, point, compute), IStateful
{
    // Null until a value was requested, because a value to write is never null.
    private Value _last;

    public string StateFormat => "write 1";

    public void Save(StateWriter state) => state.WriteValue(Point.Output is { HasFailed: true } ? Value.Null : _last);

    public void Load(StateReader state) => _last = state.ReadValue();

    protected override void Write(Value value, long timestamp)
    {
        if (value == _last && !Point.Output!.HasFailed) return;
        _last = value;
        base.Write(value, timestamp);
    }
}
