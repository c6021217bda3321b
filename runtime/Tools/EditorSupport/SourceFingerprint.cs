using System.IO.Enumeration;
using PlantRuntime.Sites;

namespace PlantRuntime.Tools.EditorSupport;

/// <summary>
/// Lists the path, size and time of every file of a site that users edit: site.toml, tag tables and scripts, in any of its folders except
/// <c>data</c>, <c>logs</c> and hidden ones. Reads folders, no file contents; keeps no state.
/// </summary>
internal static class SourceFingerprint
{
    private static readonly EnumerationOptions s_all = new() { RecurseSubdirectories = true };

    /// <summary>Returns a text that is equal for two calls if no file was changed, added or removed between them.</summary>
    public static string From(string siteFolder)
    {
        var files = new FileSystemEnumerable<string>(
            siteFolder, (ref file) => $"{file.ToFullPath()}|{file.Length}|{file.LastWriteTimeUtc.Ticks}", s_all)
        {
            ShouldIncludePredicate = (ref file) => !file.IsDirectory && IsEdited(file.FileName),
            ShouldRecursePredicate = (ref folder) => !folder.FileName.StartsWith('.') && folder.FileName is not ("data" or "logs"),
        };
        try
        {
            return string.Join('\n', files.Order(StringComparer.Ordinal));
        }
        catch (IOException)
        {
            // A folder was removed during the enumeration: the next poll sees a stable state.
            return Guid.NewGuid().ToString();
        }
    }

    private static bool IsEdited(ReadOnlySpan<char> name) =>
        name is SiteFile.Name || name.EndsWith(".csx", StringComparison.Ordinal) || name.EndsWith(".csv", StringComparison.Ordinal);
}
