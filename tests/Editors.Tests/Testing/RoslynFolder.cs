using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace PlantRuntime.Editors.Tests.Testing;

/// <summary>Finds Roslyn where the SDK has it: its workspace starts programs that lie beside it.</summary>
internal static class RoslynFolder
{
    private static readonly string s_folder = Path.GetFullPath(typeof(RoslynFolder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RoslynFolder").Value!);

    [ModuleInitializer]
    internal static void Use() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        Path.Combine(s_folder, $"{name.Name}.dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
}
