namespace PlantRuntime.Tools;

/// <summary>Names the folders beside the program. Pure; does not check that they exist.</summary>
internal static class InstallPaths
{
    /// <summary>The drivers and sinks that come with the program.</summary>
    public static string Plugins => Path.Combine(AppContext.BaseDirectory, "plugins");

    /// <summary>The scripts that every recipe may load.</summary>
    public static string Scripts => Path.Combine(AppContext.BaseDirectory, "scripts");

    /// <summary>The templates of <c>plant new</c>.</summary>
    public static string Templates => Path.Combine(Scripts, "templates");

    /// <summary>The NuGet packages that plugin projects refer to.</summary>
    public static string Sdk => Path.Combine(AppContext.BaseDirectory, "sdk");
}
