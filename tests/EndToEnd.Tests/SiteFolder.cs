namespace PlantRuntime.EndToEnd.Tests;

/// <summary>A site in a temporary folder.</summary>
internal sealed class SiteFolder : IDisposable
{
    public SiteFolder(string siteToml = DefaultSite)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "recipes"));
        Write("site.toml", siteToml);
    }

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

    public string Path { get; } = Directory.CreateTempSubdirectory("plant-test-").FullName;

    public static string Demo => System.IO.Path.Combine(Root, "sites", "demo");

    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(System.IO.Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Write(string name, string text) => File.WriteAllText(At(name), text.ReplaceLineEndings("\n"));

    public string[] Lines(string name) => File.Exists(At(name)) ? File.ReadAllLines(At(name)) : [];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
