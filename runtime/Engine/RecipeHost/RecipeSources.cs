using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>Lists the recipes of a site as they were at one moment. Immutable.</summary>
/// <param name="State">Result of listing the folder.</param>
/// <param name="Files">Paths from the site folder with forward slashes, in order.</param>
/// <param name="Skipped">Entries that are not read, each with its reason.</param>
/// <param name="Stamp">Changes when a recipe, a script of the site or a shared script does.</param>
internal sealed record RecipeListing(FolderState State, IReadOnlyList<string> Files, IReadOnlyList<Problem> Skipped, string Stamp);

/// <summary>
/// Lists the recipe files of a site, and describes them with the shared scripts that they may <c>#load</c> to the compiler. Any thread; it
/// keeps only its last listing and the hashes of the C# from site.toml.
/// </summary>
internal sealed class RecipeSources(SiteModel site, string sharedFolder)
{
    private readonly string _recipes = Path.Combine(site.Folder, "recipes");
    private readonly string _scripts = Path.Combine(site.Folder, "scripts");
    private readonly IReadOnlyList<(string Name, string Hash)> _members = SiteCodeGenerator.Members(site);
    private LastListing? _last;

    /// <summary>The product's folder of scripts and tag tables.</summary>
    public string SharedFolder => sharedFolder;

    /// <summary>The same files for another site.toml.</summary>
    public RecipeSources For(SiteModel other) => new(other, sharedFolder);

    /// <summary>Lists the recipes as they are now. Opens no file.</summary>
    public RecipeListing Read()
    {
        var last = Volatile.Read(ref _last);
        var recipes = ScriptTree.Read(_recipes, last?.Recipes);
        var scripts = ScriptTree.Read(_scripts, last?.Scripts);
        var shared = ScriptTree.Read(sharedFolder, last?.Shared);
        if (recipes.State != FolderState.Missing && recipes == last?.Recipes && scripts == last.Scripts && shared == last.Shared)
            return last.Listing;

        // A site folder that is away may come back with its recipes.
        var state = recipes.State == FolderState.Missing && !Directory.Exists(site.Folder) ? FolderState.Unreadable : recipes.State;
        var listing = new RecipeListing(
            state,
            [.. recipes.Files.Select(Relative)],
            [.. recipes.Skipped.Select(s => new Problem(new SourceLocation(Relative(s.Path), 0, 0), $"it {s.Reason}, and is not read"))],
            string.Join('\n', recipes.Stamp, scripts.Stamp, shared.Stamp));
        Volatile.Write(ref _last, new LastListing(recipes, scripts, shared, listing));
        return listing;
    }

    /// <summary>True for a file that an editor has only just begun to write.</summary>
    public bool IsEmpty(string file) => FileFacts.Read(Path.Combine(site.Folder, file)) is { Kind: FileKind.Regular, Length: 0 };

    /// <summary>Describes one recipe to the compiler.</summary>
    public RecipeSource Source(string file) =>
        new(site.Folder, file, [sharedFolder], words => SiteCodeGenerator.Write(site, words), SiteCodeGenerator.Imports, _members);

    private string Relative(string path) => Path.GetRelativePath(site.Folder, path).Replace('\\', '/');

    /// <summary>The last listing, with the folders that it was made of. Immutable.</summary>
    private sealed record LastListing(ScriptTree Recipes, ScriptTree Scripts, ScriptTree Shared, RecipeListing Listing);
}
