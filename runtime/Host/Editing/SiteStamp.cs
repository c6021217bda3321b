using System.IO.Enumeration;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Editing;

/// <summary>
/// What the files looked like that somebody edits: site.toml, tag tables and scripts, which may lie in any folder of the site.
/// </summary>
internal static class SiteStamp
{
    private static readonly EnumerationOptions s_all = new() { RecurseSubdirectories = true };

    public static string Of(string siteFolder)
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
            // A folder vanished while we looked: it is being changed right now.
            return Guid.NewGuid().ToString();
        }
    }

    private static bool IsEdited(ReadOnlySpan<char> name) =>
        name is SiteFile.Name || name.EndsWith(".csx", StringComparison.Ordinal) || name.EndsWith(".csv", StringComparison.Ordinal);
}
