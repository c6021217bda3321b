namespace PlantRuntime.Storage;

/// <summary>
/// Names files in the folder <c>data/damaged</c>, which keeps damaged files for a later inspection. The runtime never deletes or
/// overwrites a file there. Immutable; does blocking file I/O; one call of <see cref="Reserve"/> at a time for a name, because it does
/// not create the file.
/// </summary>
/// <param name="data">The site's data folder.</param>
public sealed class DamagedFolder(string data)
{
    /// <summary>The path of the folder, which may not exist yet.</summary>
    public string Path { get; } = System.IO.Path.Combine(data, "damaged");

    /// <summary>Returns a path in the folder that is not in use; creates the folder.</summary>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    public string Reserve(string name)
    {
        Directory.CreateDirectory(Path);
        var path = System.IO.Path.Combine(Path, name);
        for (var i = 2; File.Exists(path); i++) path = System.IO.Path.Combine(Path, $"{i}-{name}");
        return path;
    }
}
