namespace PlantRuntime.Host.Editing;

/// <summary>A folder of generated files: only what changed is written, each file whole or not at all.</summary>
internal sealed class GeneratedFolder(string path)
{
    private readonly HashSet<string> _current = new(StringComparer.Ordinal);

    /// <summary>How many files were written or deleted.</summary>
    public int Changes { get; private set; }

    public string? Read(string name) => File.Exists(At(name)) ? File.ReadAllText(At(name)) : null;

    public void Write(string name, string text)
    {
        _current.Add(At(name));
        if (Read(name) == text) return;
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        var unfinished = $"{At(name)}.{Environment.ProcessId}";
        File.WriteAllText(unfinished, text);
        File.Move(unfinished, At(name), overwrite: true);
        Changes++;
    }

    /// <summary>Deletes the projects that were not written this time, with what editors built of them.</summary>
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

    private string At(string name) => Path.GetFullPath(name, path);
}
