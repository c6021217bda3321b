namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>Describes one recipe to the compiler. Immutable; reads no file.</summary>
/// <param name="SiteFolder">Absolute path of the site's folder.</param>
/// <param name="File">Path of the recipe from the site folder, with forward slashes.</param>
/// <param name="ScriptFolders">Absolute folders that <c>#load</c> searches last.</param>
/// <param name="Generated">
/// Returns C# made from site.toml: <c>Plant</c>, <c>Sinks</c>, <c>Site</c> and <c>RecipeGuard</c>, with the members that these words name;
/// with null, all of it.
/// </param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
/// <param name="Members">Hashes of the parts of that C# by the name that a recipe must contain to depend on them.</param>
internal sealed record RecipeSource(
    string SiteFolder, string File, IReadOnlyList<string> ScriptFolders, Func<IReadOnlySet<string>?, string> Generated,
    IReadOnlyList<string> Imports, IReadOnlyList<(string Name, string Hash)> Members)
{
    /// <summary>Absolute paths of assemblies besides those that every recipe is compiled against.</summary>
    public IReadOnlyList<string> References { get; init; } = [];
}
