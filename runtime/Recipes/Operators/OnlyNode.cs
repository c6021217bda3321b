using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Keeps some tags.</summary>
internal sealed class OnlyNode(Schema schema, bool[] kept) : Node(schema)
{
    public override void Push(Scan scan)
    {
        var samples = scan.Writable;
        var count = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            if (!kept[samples[i].Tag.Index]) continue;
            if (count != i) samples[count] = samples[i];
            count++;
        }

        scan.Truncate(count);
        if (count > 0) Emit(scan);
    }
}
