using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Keeps the chosen tags. Created by <see cref="ScanFlow.Only"/>; runs on the recipe's thread.</summary>
internal sealed class OnlyNode(ScanSchema schema, bool[] kept) : Node(schema)
{
    public override void Probe(Scan scan)
    {
        if (kept.Contains(true)) base.Probe(scan);
    }

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

/// <summary>
/// Keeps the scans for which a lambda returns true. Created by <see cref="ScanFlow.Where"/>; runs on the recipe's thread.
/// </summary>
internal sealed class WhereNode(ScanSchema schema, GuardedLambda<Scan, bool> predicate) : Node(schema)
{
    public override void Probe(Scan scan)
    {
        if (predicate.TryCall(scan, out var kept) && kept) base.Probe(scan);
    }

    public override void Push(Scan scan)
    {
        if (predicate.TryCall(scan, out var kept) && kept) Emit(scan);
    }
}
