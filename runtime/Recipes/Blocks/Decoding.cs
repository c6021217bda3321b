using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>One <c>Decode</c> of a recipe: a block that is read at a rate and enters the plan as scans.</summary>
internal sealed record Decoding(SourceNode Source, string Address, int Bytes, TimeSpan Every, IReadOnlyList<BlockTag> Tags)
{
    public string Device => Source.Schema.Device;
}
