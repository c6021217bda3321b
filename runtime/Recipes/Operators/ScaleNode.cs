using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Computes value × factor + offset for numbers. Created by <see cref="ScanFlow.Scale"/>; runs on the recipe's thread.</summary>
internal sealed class ScaleNode(ScanSchema schema, bool[] chosen, double factor, double offset) : Node(schema)
{
    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (chosen[sample.Tag.Index]) sample.Value = SinglePrecision.Scale(sample.Value, factor, offset);
        }

        Emit(scan);
    }
}
