namespace PlantRuntime.Conformance.Host;

/// <summary>A site in a temporary folder.</summary>
public sealed class SiteFolder : IDisposable
{
    private static readonly string[] s_madeAtRunTime = ["data", "logs"];

    /// <summary>A site of one file.</summary>
    public SiteFolder(string siteToml = DefaultSite)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "recipes"));
        Write("site.toml", siteToml);
    }

    /// <summary>A simulated line and tank, and a file.</summary>
    public const string DefaultSite = """
        [site]
        name = "test"

        [devices.line]
        driver = "simulator"
        poll   = "100ms"

          [devices.line.tags]
          bottles = "counter every=100ms"
          speed   = "sine min=0 max=10 period=10s"

        [devices.tank]
        driver = "simulator"
        poll   = "100ms"

          [devices.tank.tags]
          level = "const 5"

        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    /// <summary>Its absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("plant-test-").FullName;

    /// <summary>The repository's folder.</summary>
    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(System.IO.Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    /// <summary>The folder of a site of the repository.</summary>
    public static string Committed(string name) => System.IO.Path.Combine(Root, "sites", name);

    /// <summary>The environment variables of its example.env: those that it needs, with values that pass a check.</summary>
    public static Dictionary<string, string> ExampleEnvironment(string name)
    {
        var file = System.IO.Path.Combine(Committed(name), "example.env");
        var lines = File.Exists(file) ? File.ReadAllLines(file).Where(line => line.Contains('=') && line[0] != '#') : [];
        return lines.Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>A copy of a site of the repository, without what was made at run time.</summary>
    public static SiteFolder CopyOf(string name)
    {
        var site = new SiteFolder();
        foreach (var file in Directory.GetFiles(Committed(name), "*", SearchOption.AllDirectories))
        {
            var place = System.IO.Path.GetRelativePath(Committed(name), file);
            if (s_madeAtRunTime.Contains(place.Split(System.IO.Path.DirectorySeparatorChar)[0])) continue;
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(site.At(place))!);
            File.Copy(file, site.At(place), overwrite: true);
        }

        return site;
    }

    /// <summary>A path below it.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file.</summary>
    public void Write(string name, string text) => File.WriteAllText(At(name), text.ReplaceLineEndings("\n"));

    /// <summary>Replaces a text that a file has exactly once.</summary>
    public void Replace(string name, string old, string now)
    {
        var parts = File.ReadAllText(At(name)).Split(old);
        Assert.True(parts.Length == 2, $"{name} has \"{old}\" {parts.Length - 1} times");
        Write(name, string.Join(now, parts));
    }

    /// <summary>The lines of a file; none when it is not there.</summary>
    public string[] Lines(string name) => File.Exists(At(name)) ? File.ReadAllLines(At(name)) : [];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
