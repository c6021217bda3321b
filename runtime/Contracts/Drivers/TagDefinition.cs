namespace PlantRuntime.Contracts;

/// <summary>A tag as site.toml or a tag table defines it, as far as a driver needs to know.</summary>
/// <param name="Name">Name of the tag.</param>
/// <param name="Address">Address in the driver's own language, for instance <c>holding:100:float32</c>.</param>
/// <param name="Type">Type given apart from the address (a tag table's column), or null; the driver knows which types it has.</param>
public sealed record TagDefinition(string Name, string Address, string? Type = null);
