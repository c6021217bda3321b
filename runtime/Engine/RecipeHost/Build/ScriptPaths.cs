namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Resolves <c>#load "x.csx"</c>: in the folder of the loading file, in the site's folder, in its <c>scripts</c>, in the shared scripts.
/// The compiler has its own copy of these rules; a test compares the two. Stateless; any thread; checks only whether files exist.
/// </summary>
internal static class ScriptPaths
{
    /// <summary>Returns every folder in the order of search, without repetition.</summary>
    public static IReadOnlyList<string> Folders(string loadingFile, string siteFolder, IReadOnlyList<string> scriptFolders) =>
        [.. new[] { Path.GetDirectoryName(loadingFile)!, siteFolder, Path.Combine(siteFolder, "scripts") }
            .Concat(scriptFolders).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Returns the absolute path of the first file found, or null. A file never loads itself: a recipe may have the name of the shared
    /// script that it loads.
    /// </summary>
    public static string? Find(string path, string loadingFile, string siteFolder, IReadOnlyList<string> scriptFolders) =>
        Folders(loadingFile, siteFolder, scriptFolders).Select(folder => Path.GetFullPath(path, folder))
            .FirstOrDefault(found => found != loadingFile && File.Exists(found));
}
