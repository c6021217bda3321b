namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>What the compiler needs to know of one recipe.</summary>
/// <param name="SiteFolder">Absolute.</param>
/// <param name="File">Path of the recipe from the site folder, with forward slashes.</param>
/// <param name="ScriptFolders">Absolute folders that <c>#load</c> looks in last.</param>
/// <param name="Generated">C# made from site.toml: <c>Plant</c>, <c>Sinks</c>, <c>Site</c> and <c>RecipeGuard</c>.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
/// <param name="Members">What of <paramref name="Generated"/> belongs to one name alone: a recipe without that word is not concerned by it.</param>
internal sealed record RecipeSource(
    string SiteFolder, string File, IReadOnlyList<string> ScriptFolders, string Generated, IReadOnlyList<string> Imports,
    IReadOnlyList<(string Name, string Text)> Members)
{
    /// <summary>Absolute paths of assemblies besides those that every recipe is compiled against.</summary>
    public IReadOnlyList<string> References { get; init; } = [];
}
