namespace PlantRuntime.Conformance.Host;

/// <summary>Folders of the clone that the tests run from.</summary>
public static class RepoFolder
{
    /// <summary>The folder of PlantRuntime.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A folder beside the clone, which may be absent.</summary>
    public static string Shared(string name) => Path.GetFullPath(Path.Combine(Root, "..", "shared", name));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PlantRuntime.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))
                ?? throw new DirectoryNotFoundException($"no PlantRuntime.sln above {AppContext.BaseDirectory}");
        }

        return folder;
    }
}
