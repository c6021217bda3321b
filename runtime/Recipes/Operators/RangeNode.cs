using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Takes numbers outside a range away, with quality BAD_RANGE. NaN is outside of every range.</summary>
internal sealed class RangeNode(Schema schema, bool[] chosen, double low, double high) : Node(schema)
{
    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (!chosen[sample.Tag.Index] || !sample.Value.IsNumber) continue;
            var number = sample.Value.Number;
            if (number >= low && number <= high) continue;
            sample.Value = default;
            sample.Quality = Quality.BadRange;
        }

        Emit(scan);
    }
}
