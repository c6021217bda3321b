using System.Reflection;

namespace PlantRuntime.Conformance.Unload;

/// <summary>Where the build put a plugin.</summary>
public static class BuiltPlugin
{
    /// <summary>
    /// The plugin's assembly in the folder from which the host loads it, <c>artifacts/…/plant/plugins/…</c> of the same configuration;
    /// for a plugin built elsewhere, the file from which the test loaded it.
    /// </summary>
    public static string FileOf(Assembly plugin)
    {
        var configuration = typeof(BuiltPlugin).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var name = plugin.GetName().Name!;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "artifacts", configuration, "plant", "plugins", name.Split('.')[^1], $"{name}.dll");
            if (File.Exists(file)) return file;
        }

        return plugin.Location;
    }
}
