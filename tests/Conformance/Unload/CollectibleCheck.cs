using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Unload;

/// <summary>Shows that a plugin leaves memory after use: the host replaces plugins while it runs, and what stays behind adds up.</summary>
public static class CollectibleCheck
{
    private const int MostCollections = 200;
    private const int CollectionsWithoutWait = 10;

    /// <summary>
    /// Loads a plugin as the host does, into a collectible context that shares only the contracts, uses it, unloads it and fails when
    /// something still refers to it.
    /// </summary>
    /// <param name="assemblyFile">The plugin's assembly, with its dependencies beside it.</param>
    /// <param name="use">Uses the plugin and keeps nothing of it.</param>
    public static async Task UnloadsAsync(string assemblyFile, Func<IPlugin, Task> use)
    {
        var context = await Task.Run(() => UseAsync(assemblyFile, use));
        for (var collection = 0; context.IsAlive; collection++)
        {
            if (collection == MostCollections) Assert.Fail($"{assemblyFile} stays in memory: something refers to it");
            GC.Collect();
            GC.WaitForPendingFinalizers();
            // A pool thread that ended an operation of the plugin may hold on to it until it is given other work.
            if (collection >= CollectionsWithoutWait) await Task.Delay(10);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(string assemblyFile, Func<IPlugin, Task> use)
    {
        var context = new PluginContextOnly(assemblyFile);
        try
        {
            await use(Create(context.LoadFromAssemblyPath(assemblyFile))).ConfigureAwait(false);
        }
        finally
        {
            context.Unload();
        }

        return new WeakReference(context, trackResurrection: true);
    }

    private static IPlugin Create(Assembly assembly)
    {
        var classes = assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false });
        return (IPlugin)Activator.CreateInstance(Assert.Single(classes, t => t.IsAssignableTo(typeof(IPlugin))))!;
    }

    private sealed class PluginContextOnly(string assemblyFile) : AssemblyLoadContext(Path.GetFileName(assemblyFile), isCollectible: true)
    {
        private static readonly string? s_contracts = typeof(IPlugin).Assembly.GetName().Name;
        private readonly AssemblyDependencyResolver _resolver = new(assemblyFile);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == s_contracts) return null;
            return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
