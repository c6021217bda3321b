namespace PlantRuntime.Contracts;

/// <summary>A named value of a device. Immutable. There is one object for each tag, so hot paths compare references.</summary>
/// <param name="index">Position in the flow of the tag, from 0. Samples of a scan are in the order of these indexes.</param>
/// <param name="name">Name from site.toml, or from a <c>Rename</c> in a recipe.</param>
/// <param name="device">Name of the device of the tag.</param>
/// <param name="unit">Engineering unit; empty if none is given.</param>
/// <param name="description">Description; empty if none is given.</param>
public sealed class Tag(int index, string name, string device, string unit = "", string description = "")
{
    /// <summary>Position in the flow of the tag, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Name from site.toml, or from a <c>Rename</c> in a recipe.</summary>
    public string Name { get; } = name;

    /// <summary>Name of the device of the tag.</summary>
    public string Device { get; } = device;

    /// <summary>Engineering unit; empty if none is given.</summary>
    public string Unit { get; } = unit;

    /// <summary>Description; empty if none is given.</summary>
    public string Description { get; } = description;

    /// <inheritdoc/>
    public override string ToString() => $"{Device}.{Name}";
}

/// <summary>The part of a tag's definition in site.toml or a tag table that a driver uses.</summary>
/// <param name="Name">Name of the tag.</param>
/// <param name="Address">Address in the driver's syntax, for instance <c>holding:100:float32</c>.</param>
/// <param name="Type">Type from a column of a tag table, in the driver's terms; null if only the address states the type.</param>
public sealed record TagDefinition(string Name, string Address, string? Type = null)
{
    /// <summary>
    /// How often the tag is wanted, if site.toml says so. Drivers use it whose device sends values at a rate that can be chosen.
    /// </summary>
    public TimeSpan? Poll { get; init; }
}
