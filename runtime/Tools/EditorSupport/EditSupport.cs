using System.Text;
using System.Text.RegularExpressions;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Testing;

namespace PlantRuntime.Tools.EditorSupport;

/// <summary>
/// Generates the files with which editors offer completion, errors and definitions in a site's scripts: one C# project per script, in a
/// hidden folder of the site. Editors treat a <c>.csx</c> file of a project as C#, not as a script. One project therefore cannot contain
/// two scripts, and the declarations of scripts loaded with <c>#load</c> are written to a file of their own.
/// One per host or command; one call at a time. Does file I/O and asks the compiler's child process, which the caller owns.
/// </summary>
internal sealed partial class EditSupport(string siteFolder, RecipeCompiler compiler, PlantLog log)
{
    /// <summary>The name of the folder. A host updates it only if it exists.</summary>
    public const string FolderName = ".plant";

    /// <summary>The solution that an editor opens.</summary>
    public const string Solution = FolderName + "/site.slnx";

    private readonly string _folder = Path.Combine(siteFolder, FolderName);
    private readonly SettledChange _change = new();

    /// <summary>
    /// Loads a site for an editor: an environment variable that is not set has its default, or without one its name as its value.
    /// </summary>
    public static (SiteModel? Model, IReadOnlyList<Problem> Problems) Load(string siteFolder)
    {
        var text = BoundedFile.Read(Path.Combine(siteFolder, SiteFile.Name), SiteFile.MaxBytes, out _) ?? [];
        var withDefault = Defaults().Matches(Encoding.UTF8.GetString(text)).Select(m => m.Groups[1].Value).ToHashSet();
        return SiteFile.Load(
            siteFolder,
            name => Environment.GetEnvironmentVariable(name)
                ?? (withDefault.Contains(name) || LogOverrides.Variables.Contains(name) ? null : name),
            sharedFolder: InstallPaths.Scripts);
    }

    [GeneratedRegex(@"\$\{(\w+):-")]
    private static partial Regex Defaults();

    /// <summary>
    /// Updates the folder, if it exists, after a settled change of site.toml, the tag tables or the scripts, those of the product
    /// included. Called by the reload loop of the host. Follows site.toml as saved, not the site that runs: recipes are edited to match the
    /// file.
    /// </summary>
    public async Task PollAsync(CancellationToken cancel)
    {
        if (!Directory.Exists(_folder)) return;
        var shared = Directory.Exists(InstallPaths.Scripts) ? SourceFingerprint.From(InstallPaths.Scripts) : "";
        var files = $"{SourceFingerprint.From(siteFolder)}\n{shared}";
        if (_change.Poll(files)) await RefreshAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Updates the folder if it exists. A failure is logged as a warning and does not affect the plant.</summary>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        if (!Directory.Exists(_folder)) return;
        try
        {
            if (Load(siteFolder).Model is not { } site) return;
            var changes = await WriteAsync(site, cancel).ConfigureAwait(false);
            if (changes > 0) log.Info($"EDITORS folder={FolderName} files={changes}");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.Warn($"EDITORS folder={FolderName} reason=\"{exception.Message}\" next=\"it stays as it is until the next change\"");
        }
    }

    /// <summary>Writes the folder.</summary>
    /// <returns>Number of files that changed.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task<int> WriteAsync(SiteModel site, CancellationToken cancel)
    {
        var generated = new GeneratedFolder(_folder);
        generated.Write(".gitignore", "*\n");
        generated.Write("Directory.Build.props", ProjectText.Common());
        var scripts = new List<EditedScript>();
        foreach (var folder in EditedFolder.From(site))
        {
            generated.Write(folder.Names, ProjectText.Names(folder));
            scripts.AddRange(folder.Scripts());
        }

        foreach (var script in scripts) await WriteAsync(generated, site, script, cancel).ConfigureAwait(false);
        generated.Write("site.slnx", ProjectText.Solution(scripts));
        generated.DeleteOthers();
        return generated.Changes;
    }

    private async Task WriteAsync(GeneratedFolder generated, SiteModel site, EditedScript script, CancellationToken cancel)
    {
        var (names, imports) = (script.Folder.Generated, script.Folder.Imports);
        var source = new RecipeSource(
            site.Folder, script.Path, [InstallPaths.Scripts], _ => names, [.. imports, .. script.Folder.StaticImports], [])
        {
            References = [typeof(Simulation).Assembly.Location],
        };
        var content = SourceSnapshot.Read(source, [typeof(EditSupport).Assembly.Location]);
        var loads = content.Hashes.Count > 1;
        if (loads) await WriteLoadedAsync(generated, script.Loaded, source, content.Key, cancel).ConfigureAwait(false);
        generated.Write(script.Project, ProjectText.Project(script, loads));
    }

    /// <summary>Calls the compiler only if the first line of the file, the hash of the content, differs.</summary>
    private async Task WriteLoadedAsync(
        GeneratedFolder generated, string file, RecipeSource source, string content, CancellationToken cancel)
    {
        var head = $"// <auto-generated/> {content}\n";
        var known = generated.Read(file);
        if (known?.StartsWith(head, StringComparison.Ordinal) == true) return;
        var declarations = await compiler.DeclarationsAsync(source, cancel).ConfigureAwait(false);
        if (declarations is not null) generated.Write(file, head + declarations);
        else if (known is null) generated.Write(file, "");
    }
}
