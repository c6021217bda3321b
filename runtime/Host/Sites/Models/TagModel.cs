using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>One tag of a device, from site.toml or a tag table.</summary>
internal sealed record TagModel
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where the name stands.</summary>
    public required Position At { get; init; }

    /// <summary>Its address, in the driver's language.</summary>
    public required string Address { get; init; }

    /// <summary>The address's first character, inside quotes if there are any.</summary>
    public required Position AddressAt { get; init; }

    /// <summary>Type given apart from the address, or null.</summary>
    public string? Type { get; init; }

    /// <summary>Engineering unit; empty when not said.</summary>
    public string Unit { get; init; } = "";

    /// <summary>What it measures; empty when not said.</summary>
    public string Description { get; init; } = "";

    /// <summary>Factor on the raw value; applied before <see cref="Offset"/>.</summary>
    public double? Scale { get; init; }

    /// <summary>Added to the scaled value, in <see cref="Unit"/>.</summary>
    public double? Offset { get; init; }

    /// <summary>Least value that is plausible, in <see cref="Unit"/>.</summary>
    public double? Low { get; init; }

    /// <summary>Greatest value that is plausible, in <see cref="Unit"/>.</summary>
    public double? High { get; init; }

    /// <summary>Time between two scans, when it is not the device's.</summary>
    public TimeSpan? Poll { get; init; }

    /// <summary>How it may be written; null when it may not.</summary>
    public WriteOptions? Write { get; init; }

    /// <summary>What a driver needs to know of it.</summary>
    public TagDefinition Definition => new(Name, Address, Type);
}
