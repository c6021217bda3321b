using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace PlantRuntime.Conformance;

/// <summary>A plugin loaded from its output folder as a host does it: collectible, sharing only the contracts.</summary>
public static class CollectiblePlugin
{
    /// <summary>
    /// Loads <c>PlantRuntime.{folder name}.dll</c>, lets <paramref name="use"/> work with its plugin class, unloads, and looks whether the
    /// runtime really takes it out of memory.
    /// </summary>
    /// <returns>True when it left.</returns>
    public static bool Leaves(string folder, Action<object> use)
    {
        var context = UseAndUnload(folder, use);
        for (var i = 0; i < 20 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return !context.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseAndUnload(string folder, Action<object> use)
    {
        var context = new Context(Path.Combine(folder, $"PlantRuntime.{Path.GetFileName(folder)}.dll"));
        use(context.CreatePlugin());
        context.Unload();
        return new WeakReference(context);
    }

    private sealed class Context(string main) : AssemblyLoadContext(Path.GetFileName(main), isCollectible: true)
    {
        private readonly AssemblyDependencyResolver _resolver = new(main);

        public object CreatePlugin()
        {
            var types = LoadFromAssemblyPath(main).GetExportedTypes();
            var type = types.Single(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(Contracts.IPlugin)));
            return Activator.CreateInstance(type)!;
        }

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name != "PlantRuntime.Contracts" && _resolver.ResolveAssemblyToPath(assemblyName) is { } path
                ? LoadFromAssemblyPath(path)
                : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
