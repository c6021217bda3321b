namespace PlantRuntime.Host.Sites;

/// <summary>A tag of site.toml or of a tag table.</summary>
internal sealed record TagModel
{
    public required string Name { get; init; }

    public required Position At { get; init; }

    public required string Address { get; init; }

    /// <summary>Place of the address's first character, so that a column of the address can be added.</summary>
    public required Position AddressAt { get; init; }

    public string? Type { get; init; }

    public string Unit { get; init; } = "";

    public string Description { get; init; } = "";

    public double? Scale { get; init; }

    public double? Offset { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>Its own rate, or null for the device's.</summary>
    public TimeSpan? Poll { get; init; }
}
