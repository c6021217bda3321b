using PlantRuntime.Contracts;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.TagTables;

/// <summary>
/// Finds the file of <c>tags = "….csv"</c>: in the site's folder, and if there is no such file in the product's folder of scripts. Called
/// while a site is read; lists folders only for the text of an error.
/// </summary>
internal static class TagTablePath
{
    /// <summary>
    /// Returns the path of a tag table, and its name in messages: relative to the site's folder, or absolute for a shared table. Adds the
    /// places that decide this to the tables of the context, so that a file that appears in one of them is noticed.
    /// </summary>
    public static (string Path, string Name) Find(BindingContext context, string file)
    {
        var path = Path.Combine(context.SiteFolder, file);
        context.TagTables.TryAdd(path, FileFacts.Stamp([path]));
        if (SharedPath(context, file) is { } shared && FileFacts.Read(path).Kind == FileKind.Missing)
        {
            context.TagTables.TryAdd(shared, FileFacts.Stamp([shared]));
            if (FileFacts.Read(shared).Kind != FileKind.Missing) return (shared, shared.Replace('\\', '/'));
        }

        return (path, Path.GetRelativePath(context.SiteFolder, path).Replace('\\', '/'));
    }

    /// <summary>Returns the error text for a tag table that cannot be read: the places that were searched, and the nearest name.</summary>
    /// <param name="context">The site that is read.</param>
    /// <param name="file">The name in site.toml.</param>
    /// <param name="path">The path that was found for it.</param>
    /// <param name="problem">The reason in words that follow the name of the file.</param>
    public static string Describe(BindingContext context, string file, string path, string problem)
    {
        var hint = Nearest.DidYouMean(file, Candidates(context));
        return SharedPath(context, file) is not null && FileFacts.Read(path).Kind == FileKind.Missing
            ? $"the tag table \"{file}\" does not exist, neither in {context.SiteFolder} nor in {context.SharedFolder}{hint}"
            : $"the tag table \"{file}\" {problem}{hint}";
    }

    // A path from the root has one place, and so has one that leads out of the folder.
    private static string? SharedPath(BindingContext context, string file)
    {
        if (context.SharedFolder is not { } folder || file.Length == 0 || Path.IsPathRooted(file)) return null;
        var path = Path.GetFullPath(file, folder);
        var root = Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar;
        return path.StartsWith(root, StringComparison.Ordinal) ? path : null;
    }

    private static IEnumerable<string> Candidates(BindingContext context) =>
        List(context.SiteFolder, SearchOption.TopDirectoryOnly).Concat(List(context.SharedFolder, SearchOption.AllDirectories));

    private static IEnumerable<string> List(string? folder, SearchOption depth) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*.csv", depth).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        : [];
}
