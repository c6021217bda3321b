using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Gives tags other names.</summary>
internal sealed class RenameNode : Node
{
    private readonly Tag[] _tags;

    private RenameNode(Schema schema, Tag[] tags)
        : base(schema) => _tags = tags;

    public static RenameNode Create(Schema schema, Func<string, string> rename)
    {
        Tag[] tags = [.. schema.Tags.Select(t => rename(t.Name) is var name && name == t.Name ? t : new Tag(t.Index, name, t.Device, t.Unit, t.Description))];
        return new RenameNode(new Schema(schema.Device, tags), tags);
    }

    public override void Push(Scan scan)
    {
        scan.Schema = Schema;
        foreach (ref var sample in scan.Writable) sample.Tag = _tags[sample.Tag.Index];
        Emit(scan);
    }
}
