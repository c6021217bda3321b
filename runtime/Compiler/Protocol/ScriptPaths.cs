namespace PlantRuntime.Compiler.Protocol;

/// <summary>
/// Where <c>#load "x.csx"</c> is looked for: beside the file that loads, in the site, in the site's scripts, in the shared scripts.
/// </summary>
internal static class ScriptPaths
{
    /// <summary>Every folder in the order of search, without repetition.</summary>
    public static IReadOnlyList<string> Folders(string loadingFile, string siteFolder, IReadOnlyList<string> scriptFolders) =>
        [.. new[] { Path.GetDirectoryName(loadingFile)!, siteFolder, Path.Combine(siteFolder, "scripts") }
            .Concat(scriptFolders).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// The absolute path of the first file found, or null. A file never means itself: a recipe may bear the name of the shared piece that
    /// it loads.
    /// </summary>
    public static string? Find(string path, string loadingFile, string siteFolder, IReadOnlyList<string> scriptFolders) =>
        Folders(loadingFile, siteFolder, scriptFolders).Select(folder => Path.GetFullPath(path, folder))
            .FirstOrDefault(found => found != loadingFile && File.Exists(found));
}
