namespace PlantRuntime.Contracts;

/// <summary>A named value of a device. Immutable; one object a tag, compared by reference on hot paths.</summary>
/// <param name="index">Place in the flow the tag belongs to: samples of a scan stand in the order of their tags' indexes.</param>
/// <param name="name">Name in site.toml, or as a recipe renamed it.</param>
/// <param name="device">Device that the tag is read from.</param>
/// <param name="unit">Engineering unit, empty when none is given.</param>
/// <param name="description">What it measures, empty when not said.</param>
public sealed class Tag(int index, string name, string device, string unit = "", string description = "")
{
    /// <summary>Place in the flow the tag belongs to.</summary>
    public int Index { get; } = index;

    /// <summary>Name in site.toml, or as a recipe renamed it.</summary>
    public string Name { get; } = name;

    /// <summary>Device that the tag is read from.</summary>
    public string Device { get; } = device;

    /// <summary>Engineering unit, empty when none is given.</summary>
    public string Unit { get; } = unit;

    /// <summary>What it measures, empty when not said.</summary>
    public string Description { get; } = description;

    /// <inheritdoc/>
    public override string ToString() => $"{Device}.{Name}";
}
