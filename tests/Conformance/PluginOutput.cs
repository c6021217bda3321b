using System.Reflection;

namespace PlantRuntime.Conformance;

/// <summary>Where the build has put a plugin.</summary>
public static class PluginOutput
{
    /// <summary>The folder that a test project names in its metadata "PluginFolder".</summary>
    public static string Folder(Assembly tests) =>
        tests.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PluginFolder").Value!;
}
