using PlantRuntime.Host.Cli;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Testing;

namespace PlantRuntime.Host.Editing;

/// <summary>A folder of scripts and what they are compiled with.</summary>
/// <param name="Name">Its place in the generated folder.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Names">Name of the generated file that says what is in the site.</param>
/// <param name="Generated">C# made from site.toml.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
internal sealed record EditedFolder(string Name, string Path, string Names, string Generated, IReadOnlyList<string> Imports)
{
    /// <summary>Classes whose members need no name of the class before them.</summary>
    public IReadOnlyList<string> StaticImports { get; init; } = [];

    /// <summary>Everything that somebody may edit: the recipes and tests of a site, its scripts, and those beside the host.</summary>
    public static IReadOnlyList<EditedFolder> Of(SiteModel site)
    {
        var recipes = new EditedFolder("recipes", Folder("recipes"), "names.cs", SiteSource.Write(site), SiteSource.Imports);
        return
        [
            recipes,
            new EditedFolder("tests", Folder("tests"), "tests.cs", TestSource.Write(site), TestSource.Namespaces) { StaticImports = TestSource.Classes },
            recipes with { Name = "scripts", Path = Folder("scripts") },
            recipes with { Name = "shared", Path = HostFolders.Scripts },
        ];

        string Folder(string name) => System.IO.Path.Combine(site.Folder, name);
    }

    /// <summary>Its scripts in order; those beside the host without the templates that lie below them.</summary>
    public IEnumerable<EditedScript> Scripts() => !Directory.Exists(Path)
        ? []
        : Directory.EnumerateFiles(Path, "*.csx", Path == HostFolders.Scripts ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(file => new EditedScript(this, file));
}
