using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Keeps scans for which a lambda says so.</summary>
internal sealed class WhereNode(Schema schema, UserCode<Scan, bool> predicate) : Node(schema)
{
    public override void Push(Scan scan)
    {
        if (predicate.TryCall(scan, out var kept) && kept) Emit(scan);
    }
}
