using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Shapes each scan into a payload.</summary>
internal sealed class PayloadNode<T>(Schema schema, UserCode<Scan, T> make, PayloadWriter<T> writer) : Node(schema)
{
    public override bool IsEnd => writer.IsEnd;

    public override void Push(Scan scan)
    {
        if (make.TryCall(scan, out var payload)) writer.Write(scan.Time, scan.Device, payload);
    }
}
