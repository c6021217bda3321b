using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Adds a computed tag with the worst quality of the tags that the lambda read. Created by <see cref="ScanFlow.Select"/>; runs on the
/// recipe's thread.
/// </summary>
internal sealed class SelectNode(ScanSchema schema, Tag tag, GuardedLambda<Scan, Value> compute) : Node(schema)
{
    public override void Probe(Scan scan)
    {
        compute.TryCall(scan, out _);
        base.Probe(scan);
    }

    public override void Push(Scan scan)
    {
        scan.DrainWorstRead();
        if (!compute.TryCall(scan, out var value)) return;
        var quality = scan.DrainWorstRead();
        if (quality == Quality.Good && value is { IsNumber: true, Number: double.NaN }) quality = Quality.BadType;
        scan.Schema = Schema;
        scan.Append(new Sample
            { Tag = tag, Value = quality is Quality.Good or Quality.Stale ? value : default, Quality = quality, Time = scan.Time });
        Emit(scan);
    }
}
