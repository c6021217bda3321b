using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Writes a value that is computed from each scan into a tag. What came of a bad tag is no value and is not written.</summary>
internal sealed class WriteNode(Schema schema, WritePoint point, UserCode<Scan, Value> compute) : Node(schema)
{
    public override bool IsEnd => false;

    public override void Push(Scan scan)
    {
        scan.TakeWorstRead();
        if (!compute.TryCall(scan, out var value) || scan.TakeWorstRead() != Quality.Good || value.IsNull) return;
        point.Output!.Write(value, scan.Timestamp);
    }
}
