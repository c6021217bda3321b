namespace PlantRuntime.Compiler;

/// <summary>Where <c>#load "file.csx"</c> finds its file. This file is compiled into both sides: the host must find the same files for its cache.</summary>
internal static class LoadPath
{
    /// <summary>A file never means itself: a recipe may bear the name of the shared piece that it loads.</summary>
    /// <returns>An absolute path, or null when there is no such file.</returns>
    public static string? Find(string path, string? from, IEnumerable<string> searchFolders) =>
        searchFolders.Prepend(Path.GetDirectoryName(from)).OfType<string>().Select(folder => Path.GetFullPath(path, folder)).FirstOrDefault(found => found != from && File.Exists(found));
}
