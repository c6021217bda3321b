using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// Thrown by <see cref="Scan"/> when a lambda of a recipe reads a tag that is not in the flow. The plan reports it and only the lambda's
/// branch loses the scan.
/// </summary>
public sealed class UnknownTagException : Exception
{
    internal UnknownTagException(string tag, ScanSchema schema)
        : base($"no tag \"{tag}\" in device {schema.Device}{TagPattern.Hint(tag, [.. schema.Tags.Select(t => t.Name)])}") => Tag = tag;

    /// <summary>The name in the recipe.</summary>
    public string Tag { get; }
}
