using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Removes numbers outside a range and sets BAD_RANGE. NaN is outside every range. Created by <see cref="ScanFlow.Range"/>; runs on the
/// recipe's thread.
/// </summary>
internal sealed class RangeNode(ScanSchema schema, bool[] chosen, double low, double high) : Node(schema)
{
    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (!chosen[sample.Tag.Index] || !sample.Value.IsNumber) continue;
            var number = sample.Value.Number;
            var (least, most) = (SinglePrecision.LimitFor(sample.Value, low), SinglePrecision.LimitFor(sample.Value, high));
            if (number >= least && number <= most) continue;
            sample.Value = default;
            sample.Quality = Quality.BadRange;
        }

        Emit(scan);
    }
}
