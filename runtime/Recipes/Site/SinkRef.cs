namespace PlantRuntime.Recipes;

/// <summary>A sink of site.toml, as <c>Sinks.name</c> gives it.</summary>
/// <param name="name">Name in site.toml.</param>
public sealed class SinkRef(string name)
{
    /// <summary>Name in site.toml.</summary>
    public string Name { get; } = name;
}
