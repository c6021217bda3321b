namespace PlantRuntime.Host.Cli;

/// <summary>What lies beside the program.</summary>
internal static class HostFolders
{
    public static string Plugins => Path.Combine(AppContext.BaseDirectory, "plugins");

    public static string Scripts => Path.Combine(AppContext.BaseDirectory, "scripts");

    public static string Templates => Path.Combine(Scripts, "templates");

    public static string Sdk => Path.Combine(AppContext.BaseDirectory, "sdk");
}
