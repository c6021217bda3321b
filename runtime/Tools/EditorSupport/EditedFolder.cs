using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.TestRunner;

namespace PlantRuntime.Tools.EditorSupport;

/// <summary>
/// Describes a folder of scripts, and the generated C# and the imports that they are compiled with. Immutable;
/// <see cref="Scripts"/> reads the folder.
/// </summary>
/// <param name="Name">Path of its projects in the generated folder.</param>
/// <param name="Path">The absolute path of the scripts' folder.</param>
/// <param name="Names">Generated file that declares the devices, tags and sinks of the site.</param>
/// <param name="Generated">C# generated from site.toml.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
internal sealed record EditedFolder(string Name, string Path, string Names, string Generated, IReadOnlyList<string> Imports)
{
    /// <summary>Classes of the <c>using static</c> directives.</summary>
    public IReadOnlyList<string> StaticImports { get; init; } = [];

    /// <summary>Returns the folders of a site whose scripts users edit, and the shared scripts of the installation.</summary>
    public static IReadOnlyList<EditedFolder> From(SiteModel site)
    {
        var recipes = new EditedFolder("recipes", Folder("recipes"), "names.cs", SiteCodeGenerator.Write(site), SiteCodeGenerator.Imports);
        return
        [
            recipes,
            new EditedFolder("tests", Folder("tests"), "tests.cs", TestCodeGenerator.Write(site), TestCodeGenerator.Namespaces)
                { StaticImports = TestCodeGenerator.Classes },
            recipes with { Name = "scripts", Path = Folder("scripts") },
            recipes with { Name = "shared", Path = InstallPaths.Scripts },
        ];

        string Folder(string name) => System.IO.Path.Combine(site.Folder, name);
    }

    /// <summary>Lists its scripts in order. The shared scripts do not include the templates in folders below.</summary>
    public IEnumerable<EditedScript> Scripts() => ScriptTree.Read(Path).Files
        .Where(file => Path != InstallPaths.Scripts || System.IO.Path.GetDirectoryName(file) == System.IO.Path.GetFullPath(Path))
        .Select(file => new EditedScript(this, file));
}

/// <summary>Describes a script and the path of its project: editors need a project for every C# file. Immutable.</summary>
/// <param name="Folder">The folder of scripts that it belongs to.</param>
/// <param name="Path">The absolute path of the script.</param>
internal sealed record EditedScript(EditedFolder Folder, string Path)
{
    /// <summary>Path of its project in the generated folder: <c>recipes/press/press.csproj</c>.</summary>
    public string Project
    {
        get
        {
            var path = System.IO.Path.ChangeExtension(System.IO.Path.GetRelativePath(Folder.Path, Path), null).Replace('\\', '/');
            return $"{Folder.Name}/{path}/{System.IO.Path.GetFileName(path)}.csproj";
        }
    }

    /// <summary>Path of the generated file with the declarations of the scripts that it loads.</summary>
    public string Loaded => Project[..(Project.LastIndexOf('/') + 1)] + "loaded.cs";
}
