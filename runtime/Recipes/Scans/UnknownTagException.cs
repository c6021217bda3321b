using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>A recipe asked a scan for a tag that its flow does not have.</summary>
public sealed class UnknownTagException : Exception
{
    internal UnknownTagException(string tag, Schema schema)
        : base($"no tag \"{tag}\" in device {schema.Device}{Nearest.Hint(tag, schema.Tags.Select(t => t.Name))}") => Tag = tag;

    /// <summary>The name as the recipe wrote it.</summary>
    public string Tag { get; }
}
