using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites;

/// <summary>
/// Reads a site's folder and returns its model, or everything that is wrong with it. It has no state; calls on different threads are
/// independent. It reads site.toml, tag tables and files of secrets, writes nothing, and does not log.
/// </summary>
internal static class SiteFile
{
    /// <summary>Name of the file that describes a site.</summary>
    public const string Name = "site.toml";

    /// <summary>Largest file that is read. A tag table of 100,000 tags is half as large.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    // Bounds the output for files that are not a site at all.
    private const int MaxProblems = 1000;
    private const int MaxVariableProblems = 100;

    /// <summary>
    /// Reads site.toml and its tag tables. The model is null exactly when there are problems: all of them, by file, line and column. What
    /// only a plugin can know, its options and addresses, is not checked here.
    /// </summary>
    /// <param name="siteFolder">The site's folder.</param>
    /// <param name="environment">Environment variables by name; null when not set.</param>
    /// <param name="tables">Receives the absolute paths of the tag tables that site.toml names, whether they exist or not.</param>
    /// <param name="sharedFolder">The product's folder of scripts, which is searched for tag tables that the site's folder has not.</param>
    public static (SiteModel? Model, IReadOnlyList<Problem> Problems) Load(
        string siteFolder, Func<string, string?> environment, ISet<string>? tables = null, string? sharedFolder = null)
    {
        if (!Directory.Exists(siteFolder)) return Unreadable($"there is no folder {siteFolder}: `plant new site {siteFolder}` makes one");
        var folder = Path.GetFullPath(siteFolder);
        var file = Path.Combine(folder, Name);
        var stamp = FileFacts.Stamp([file]);
        if (BoundedFile.Read(file, MaxBytes, out var problem) is { } utf8)
        {
            var (model, problems) = Read(utf8, folder, environment, tables, sharedFolder);
            return (model is null ? null : model with { Files = [(file, stamp), .. model.Files] }, problems);
        }

        return Unreadable($"{Path.Combine(siteFolder, Name)} {problem}: a site is a folder with a {Name}, as `plant new site` makes one");
    }

    /// <summary>The same for the content of a site.toml; tag tables are still read from the folders.</summary>
    public static (SiteModel? Model, IReadOnlyList<Problem> Problems) Read(
        byte[] utf8, string folder, Func<string, string?> environment, ISet<string>? tables = null, string? sharedFolder = null)
    {
        var problems = new ProblemList(MaxProblems);
        var syntax = new ProblemList(TomlReader.MaxProblems);
        var root = TomlReader.Read(utf8, Name, syntax);
        problems.AddAll(syntax);

        var variables = new ProblemList(MaxVariableProblems);
        root = EnvironmentExpansion.Apply(root, environment, variables);
        problems.AddAll(variables);

        var context = new BindingContext(folder, environment, problems) { SharedFolder = sharedFolder };
        var model = SiteBuilder.Build(context, root);
        foreach (var settings in model is null ? [] : model.Devices.Select(d => d.Settings).Concat(model.Sinks.Select(s => s.Settings)))
            SecretBinder.Mask(context, settings);
        tables?.UnionWith(context.TagTables.Keys);
        if (model is not null) model = model with { Files = [.. context.TagTables.Select(table => (table.Key, table.Value))] };
        return problems.Count == 0 ? (model, []) : (null, Ordered(problems));
    }

    private static (SiteModel? Model, IReadOnlyList<Problem> Problems) Unreadable(string message) =>
        (null, [new Problem(new SourceLocation(Name, 0, 0), message)]);

    // Distinct: two devices can use one tag table, whose problems are then found twice.
    private static Problem[] Ordered(ProblemList problems) =>
        [.. problems.Items.Distinct()
            .OrderBy(p => p.At.File == Name ? 0 : 1).ThenBy(p => p.At.File, StringComparer.Ordinal)
            .ThenBy(p => p.At.Line).ThenBy(p => p.At.Column)];
}
