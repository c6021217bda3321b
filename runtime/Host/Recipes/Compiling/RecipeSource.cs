namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>What a recipe is compiled from.</summary>
/// <param name="SiteFolder">Absolute.</param>
/// <param name="File">Path from there, with forward slashes.</param>
/// <param name="SharedScripts">Folders where <c>#load</c> looks last.</param>
/// <param name="Generated">C# that is compiled with it.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
internal sealed record RecipeSource(string SiteFolder, string File, IReadOnlyList<string> SharedScripts, string Generated, IReadOnlyList<string> Imports)
{
    public string Path => System.IO.Path.Combine(SiteFolder, File);

    /// <summary>Where <c>#load</c> looks, after the folder of the file that asks.</summary>
    public string[] SearchFolders => [SiteFolder, System.IO.Path.Combine(SiteFolder, "scripts"), .. SharedScripts];
}
