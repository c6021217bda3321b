using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Blocks;

/// <summary>
/// One <c>Decode</c> of a recipe: the host reads the block at the interval <c>Every</c> and pushes scans into <c>Source</c>. Created by
/// <see cref="Block.Decode"/>; immutable.
/// </summary>
internal sealed record BlockDecoding(SourceNode Source, string Address, int Bytes, TimeSpan Every, IReadOnlyList<BlockTag> Tags)
{
    public string Device => Source.Schema.Device;
}

/// <summary>
/// Checks blocks while a recipe is planned. The host implements it without I/O; <see cref="PlanBuilder"/> calls it on the thread that runs
/// the recipe's top level.
/// </summary>
internal interface IBlockCheck
{
    /// <summary>Returns why a block of a device cannot be read or written; null if it can, or if that is not known yet.</summary>
    string? Check(string device, string address, int bytes, bool isWritten);
}
