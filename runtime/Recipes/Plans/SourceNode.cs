namespace PlantRuntime.Recipes.Plans;

/// <summary>Where the scans of a device enter a plan.</summary>
internal sealed class SourceNode(Schema schema) : Node(schema)
{
    /// <summary>Takes a scan, which is the plan's until the call returns.</summary>
    public override void Push(Scan scan) => Emit(scan);
}
