namespace PlantRuntime.Host.Tests;

/// <summary>Where the checkout lies, and what may lie beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The folder of shared test data; absent on most machines.</summary>
    public static string Shared => Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
