namespace PlantRuntime.Storage;

/// <summary>
/// Creates folders below one that must exist already. A folder of a site that was moved away can then be moved back, because nothing was
/// created in its place. Keeps no state; any thread; blocking file I/O.
/// </summary>
public static class FolderCreation
{
    /// <summary>
    /// Creates a folder and those above it. A folder that is not below <paramref name="root"/> is created without this check.
    /// </summary>
    /// <exception cref="IOException">The root was moved or deleted, or a folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not create the folder.</exception>
    public static void CreateBelow(string folder, string root)
    {
        var above = Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar;
        var isBelow = folder == root || folder.StartsWith(above, StringComparison.Ordinal);
        if (isBelow && !Directory.Exists(root)) throw new DirectoryNotFoundException($"{root} was moved or deleted");
        Directory.CreateDirectory(folder);
    }
}
