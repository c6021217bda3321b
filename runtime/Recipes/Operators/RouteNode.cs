using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Hands the samples of each scan to a sink's queue.</summary>
internal sealed class RouteNode(Schema schema, Route route) : Node(schema)
{
    public override bool IsEnd => false;

    public override void Push(Scan scan) => route.Output!.Write(scan.Time, scan.Device, scan.Samples);
}
