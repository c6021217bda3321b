using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Gives the samples of a scan renamed tags. The names are computed once, when the plan is built. Created by <c>ScanFlow.Rename</c>; runs
/// on the recipe's thread.
/// </summary>
internal sealed class RenameNode : Node
{
    private readonly Tag[] _tags;

    private RenameNode(ScanSchema schema, Tag[] tags)
        : base(schema) => _tags = tags;

    public static RenameNode Create(ScanSchema schema, Func<string, string> rename)
    {
        Tag[] tags =
            [.. schema.Tags.Select(t => rename(t.Name) is var name && name == t.Name ? t
                : new Tag(t.Index, name, t.Device, t.Unit, t.Description))];
        return new RenameNode(new ScanSchema(schema.Device, tags), tags);
    }

    public override void Push(Scan scan)
    {
        scan.Schema = Schema;
        foreach (ref var sample in scan.Writable) sample.Tag = _tags[sample.Tag.Index];
        Emit(scan);
    }
}
