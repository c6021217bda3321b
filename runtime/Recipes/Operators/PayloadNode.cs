using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Converts each scan to a payload. Created by <c>ScanFlow.Payload</c>; runs on the recipe's thread.</summary>
internal sealed class PayloadNode<T>(ScanSchema schema, GuardedLambda<Scan, T> make, PayloadWriter<T> writer) : Node(schema)
{
    public override bool IsUnconnected => writer.IsEnd;

    public override void Probe(Scan scan) => make.TryCall(scan, out _);

    public override void Push(Scan scan)
    {
        if (make.TryCall(scan, out var payload)) writer.Write(scan.Time, scan.Device, payload);
    }
}

/// <summary>
/// Passes the samples of each scan to the queue of the sinks. Created by <see cref="ScanFlow.To"/>; runs on the recipe's thread.
/// </summary>
internal sealed class RouteNode(ScanSchema schema, Route route) : Node(schema)
{
    public override bool IsUnconnected => false;

    public override void Push(Scan scan) => route.Output!.Write(scan.Time, scan.Device, scan.Samples);
}
