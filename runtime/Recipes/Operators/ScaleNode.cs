using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>value × factor + offset, for numbers.</summary>
internal sealed class ScaleNode(Schema schema, bool[] chosen, double factor, double offset) : Node(schema)
{
    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (chosen[sample.Tag.Index] && sample.Value.IsNumber) sample.Value = Value.Of((sample.Value.Number * factor) + offset);
        }

        Emit(scan);
    }
}
