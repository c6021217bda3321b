namespace PlantRuntime.Tools.EditorSupport;

/// <summary>
/// Writes generated files into a folder: only those that changed, and each one atomically by a rename, without fsync. Created for one run
/// of <see cref="EditSupport"/>, one call at a time; remembers the files of the run; does blocking file I/O.
/// </summary>
internal sealed class GeneratedFolder(string path)
{
    private readonly HashSet<string> _current = new(StringComparer.Ordinal);

    /// <summary>Number of files written or deleted.</summary>
    public int Changes { get; private set; }

    /// <summary>Returns the text of a file in the folder; null if it does not exist.</summary>
    public string? Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : null;

    /// <summary>Writes a file if its text differs.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string name, string text)
    {
        _current.Add(PathOf(name));
        if (Read(name) == text) return;
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        var unfinished = $"{PathOf(name)}.{Environment.ProcessId}";
        File.WriteAllText(unfinished, text);
        File.Move(unfinished, PathOf(name), overwrite: true);
        Changes++;
    }

    /// <summary>Deletes the projects that <see cref="Write"/> was not called for, with the output that editors built.</summary>
    public void DeleteOthers()
    {
        foreach (var project in Directory.GetFiles(path, "*.csproj", SearchOption.AllDirectories).Where(file => !_current.Contains(file)))
        {
            var folder = Path.GetDirectoryName(project)!;
            File.Delete(project);
            File.Delete(Path.Combine(folder, "loaded.cs"));
            foreach (var built in new[] { "obj", "bin" }.Select(name => Path.Combine(folder, name)).Where(Directory.Exists))
                Directory.Delete(built, recursive: true);
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            Changes++;
        }
    }

    private string PathOf(string name) => Path.GetFullPath(name, path);
}
