using System.Reflection;
using System.Runtime.Loader;

namespace PlantRuntime.Host.Plugins;

/// <summary>A plugin's own world: its dependencies in its own versions, shared with the host only the contracts.</summary>
internal sealed class PluginLoadContext(string name, string mainAssembly) : AssemblyLoadContext(name, isCollectible: true)
{
    private readonly AssemblyDependencyResolver _resolver = new(mainAssembly);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The contracts must be the host's own, whatever copy lies beside the plugin: otherwise its IDriver is not our IDriver.
        if (assemblyName.Name == PluginInspector.Contracts) return null;
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
