using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Watching;

namespace PlantRuntime.Host.Recipes;

/// <summary>The recipe files of a site and the shared scripts that they may <c>#load</c>.</summary>
internal sealed class RecipeFiles(SiteModel site, string sharedScripts)
{
    private readonly string _recipes = Path.Combine(site.Folder, "recipes");
    private readonly string _generated = SiteSource.Write(site);
    private readonly IReadOnlyList<(string Name, string Text)> _members = SiteSource.Members(site);

    /// <summary>The same for another site.toml.</summary>
    public RecipeFiles For(SiteModel other) => new(other, sharedScripts);

    /// <summary>False when the whole folder is away.</summary>
    public bool IsThere => Directory.Exists(_recipes);

    /// <summary>Recipes, as paths from the site folder with forward slashes.</summary>
    public IReadOnlyList<string> List() => !Directory.Exists(_recipes)
        ? []
        : [.. Directory.EnumerateFiles(_recipes, "*.csx", FolderStamp.Below)
            .Select(f => Path.GetRelativePath(site.Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Changes when a recipe, a script of the site or a shared script does.</summary>
    public string Stamp() => string.Join('\n',
        FolderStamp.Of(_recipes, "*.csx"), FolderStamp.Of(Path.Combine(site.Folder, "scripts"), "*.csx"), FolderStamp.Of(sharedScripts, "*.csx"));

    /// <summary>True for a file that an editor has only just begun to write.</summary>
    public bool IsEmpty(string file) => new FileInfo(Path.Combine(site.Folder, file)).Length == 0;

    /// <summary>What the compiler needs to know of one recipe.</summary>
    public RecipeSource Source(string file) => new(site.Folder, file, [sharedScripts], _generated, SiteSource.Imports, _members);
}
