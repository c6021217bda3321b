using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace PlantRuntime.Editors.Tests.Testing;

/// <summary>Loads Roslyn from the folder of the SDK: its workspace starts programs in that folder.</summary>
internal static class RoslynFolder
{
    private static readonly string s_folder = Path.GetFullPath(typeof(RoslynFolder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RoslynFolder").Value!);

    [ModuleInitializer]
    internal static void Use() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        Path.Combine(s_folder, $"{name.Name}.dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
}
