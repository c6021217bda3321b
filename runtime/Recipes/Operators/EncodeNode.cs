using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Creates an image of a block from each scan. If one tag cannot be encoded, there is no image. Created by <see cref="ScanFlow.EncodeTo"/>;
/// runs on the recipe's thread.
/// </summary>
internal sealed class EncodeNode(ScanSchema schema, BlockEncoding point) : Node(schema)
{
    private readonly byte[] _image = new byte[point.Bytes];

    public override bool IsUnconnected => false;

    public override void Push(Scan scan)
    {
        Array.Clear(_image);
        for (var i = 0; i < point.Tags.Count; i++)
        {
            var tag = point.Tags[i];
            if (Problem(scan, tag) is not { } problem) continue;
            point.Output!.Skip(tag.Name, problem);
            return;
        }

        point.Output!.Write(_image, scan.Timestamp);
    }

    private string? Problem(Scan scan, BlockTag tag) =>
        !scan.Has(tag.Name) ? "is not in this scan"
        : scan.QualityOf(tag.Name) != Quality.Good || scan[tag.Name].IsNull ? "has no good value"
        : tag.TryPut(scan[tag.Name], _image) ? null
        : "has a value that its type cannot hold";
}
