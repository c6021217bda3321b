using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using McMaster.NETCore.Plugins;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Holds a plugin in memory, loaded from a copy of its folder into a collectible load context. Its dependencies are loaded in its own
/// versions; only the contracts are shared with the host. Owned by the PluginFolder of its catalog; loaded and unloaded by the host's poll
/// loop or a command. After <see cref="Unload"/> the host has no reference to the plugin.
/// </summary>
internal sealed class LoadedPlugin
{
    private readonly WeakReference<AssemblyLoadContext> _context;
    private readonly string _copy;

    // Referenced until the plugin is unloaded: a collectible context without references is unloaded by the next collection.
    private PluginLoader? _loader;
    private IPlugin? _instance;

    private LoadedPlugin(string copy, PluginLoader loader, Assembly assembly, IPlugin instance, string name)
    {
        _copy = copy;
        _loader = loader;
        _context = new WeakReference<AssemblyLoadContext>(AssemblyLoadContext.GetLoadContext(assembly)!);
        _instance = instance;
        Name = name;
        Version = assembly.GetName().Version?.ToString(3) ?? "0.0.0";
    }

    public string Name { get; }

    public string Version { get; }

    public IDriverPlugin? Driver => _instance as IDriverPlugin;

    public ISinkPlugin? Sink => _instance as ISinkPlugin;

    /// <summary>False once the runtime has removed the plugin from memory.</summary>
    public bool IsAlive => _context.TryGetTarget(out _);

    /// <summary>True if an assembly of this context belongs to the plugin.</summary>
    public bool HasContext(AssemblyLoadContext context) => _context.TryGetTarget(out var own) && own == context;

    /// <summary>Loads the plugin of a folder. Blocks until its constructor has returned on a plugin thread, at most 4 s.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="copies">Makes the copy that is loaded.</param>
    /// <param name="locked">Verifies the copy before any of its code runs; null to load every content.</param>
    /// <exception cref="PluginException">The folder has no plugin, one for other contracts, one that is not locked, or its class cannot be
    /// created.</exception>
    public static LoadedPlugin Load(string folder, PluginCopy copies, PluginLock? locked = null)
    {
        PluginInspector.FindMain(folder);
        var copy = copies.Create(folder);
        PluginLoader? loader = null;
        try
        {
            locked?.Verify(folder, copy);
            loader = PluginLoader.CreateFromAssemblyFile(PluginInspector.FindMain(copy), isUnloadable: true,
                sharedTypes: [typeof(IPlugin)], configure: config => config.IsLazyLoaded = true);
            return Load(copy, loader);
        }
        catch (Exception exception)
        {
            loader?.Dispose();
            PluginCopy.Delete(copy);
            throw exception as PluginException ?? new PluginException(Describe(exception), exception);
        }
    }

    /// <summary>
    /// Releases the plugin. The caller has stopped everything that the plugin opened. Not inlined, so that no reference stays on the stack.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Unload()
    {
        _instance = null;
        _loader?.Dispose();
        _loader = null;
    }

    /// <summary>Deletes the copy of the folder. Called when the plugin has left memory, or when the host ends.</summary>
    public void DeleteCopy() => PluginCopy.Delete(_copy);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LoadedPlugin Load(string copy, PluginLoader loader)
    {
        var assembly = loader.LoadDefaultAssembly();

        // The constructor and the name are code of the plugin.
        var creation = PluginThread.RunAsync(() =>
        {
            var instance = Create(assembly);
            return (Instance: instance, instance.Name);
        });
        if (!creation.Wait(Supervisor.OpenTimeout))
            throw new PluginException($"the constructor of its class did not return within {Supervisor.OpenTimeout.TotalSeconds:0} s");
        var (instance, name) = creation.Result;
        if (string.IsNullOrWhiteSpace(name)) throw new PluginException($"{instance.GetType().FullName} has no name");
        return new LoadedPlugin(copy, loader, assembly, instance, name);
    }

    private static IPlugin Create(Assembly assembly)
    {
        var types = assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IPlugin)))
            .ToList();
        if (types.Count != 1)
        {
            throw new PluginException(types.Count == 0
                ? $"{assembly.GetName().Name} has no public class that is a DriverPlugin<…> or SinkPlugin<…>"
                : $"{assembly.GetName().Name} has more than one plugin class: {string.Join(", ", types.Select(t => t.Name))}");
        }

        var instance = (IPlugin)Activator.CreateInstance(types[0])!;
        if (instance is not (IDriverPlugin or ISinkPlugin)) throw new PluginException($"{types[0].Name} opens neither drivers nor sinks");
        return instance;
    }

    private static string Describe(Exception exception)
    {
        while (exception is TargetInvocationException or AggregateException && exception.InnerException is { } inner) exception = inner;
        if (exception is PluginException) return exception.Message;
        var text = PluginFault.Describe(exception);
        var name = exception.GetType().Name;
        return text.StartsWith(name, StringComparison.Ordinal) ? text : $"{name}: {text}";
    }
}
