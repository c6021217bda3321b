using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Adds a computed tag, which is as good as the worst tag that went into it.</summary>
internal sealed class SelectNode(Schema schema, Tag tag, UserCode<Scan, Value> compute) : Node(schema)
{
    public override void Push(Scan scan)
    {
        scan.TakeWorstRead();
        if (!compute.TryCall(scan, out var value)) return;
        var quality = scan.TakeWorstRead();
        if (quality == Quality.Good && value is { IsNumber: true, Number: double.NaN }) quality = Quality.BadType;
        scan.Schema = Schema;
        scan.Append(new Sample { Tag = tag, Value = quality is Quality.Good or Quality.Stale ? value : default, Quality = quality, Time = scan.Time });
        Emit(scan);
    }
}
