namespace PlantRuntime.Host.Watching;

/// <summary>What files looked like: names, sizes and times. Two equal stamps mean that nothing was changed.</summary>
internal static class FolderStamp
{
    /// <summary>All files below a folder but hidden ones, which are an editor's own: <c>.press.csx.swp</c>, <c>.#press.csx</c>.</summary>
    public static readonly EnumerationOptions Below = new()
    {
        RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden, MatchType = MatchType.Simple, IgnoreInaccessible = true,
    };

    /// <summary>Of all files below a folder that match; empty when there is no such folder.</summary>
    public static string Of(string folder, string pattern = "*")
    {
        if (!Directory.Exists(folder)) return "";
        try
        {
            return Of(new DirectoryInfo(folder).EnumerateFiles(pattern, Below));
        }
        catch (IOException)
        {
            // A file vanished while we looked: it is being changed right now.
            return Guid.NewGuid().ToString();
        }
    }

    /// <summary>Of these files, those that are there.</summary>
    public static string OfFiles(IEnumerable<string> paths)
    {
        try
        {
            return Of(paths.Select(p => new FileInfo(p)).Where(f => f.Exists));
        }
        catch (IOException)
        {
            return Guid.NewGuid().ToString();
        }
    }

    private static string Of(IEnumerable<FileInfo> files) =>
        string.Join('\n', files.Select(f => $"{f.FullName}|{f.Length}|{f.LastWriteTimeUtc.Ticks}").Order(StringComparer.Ordinal));
}
