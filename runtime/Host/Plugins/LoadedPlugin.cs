using System.Reflection;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Plugins;

/// <summary>
/// A plugin in memory. It is loaded from a copy of its folder, so that the folder can be replaced at any time without touching what
/// runs. Once <see cref="Unload"/> was called nothing here refers to it any more.
/// </summary>
internal sealed class LoadedPlugin
{
    private readonly WeakReference _context;
    private readonly string _copy;

    // Held until it is to go: a context that nobody holds unloads by itself at some collection, and then loads nothing more.
    private PluginLoadContext? _held;
    private IPlugin? _instance;

    private LoadedPlugin(string copy, PluginLoadContext context, IPlugin instance, string version)
    {
        _copy = copy;
        _held = context;
        _context = new WeakReference(context);
        _instance = instance;
        Name = instance.Name;
        Version = version;
    }

    public string Name { get; }

    public string Version { get; }

    public IDriverPlugin? Driver => _instance as IDriverPlugin;

    public ISinkPlugin? Sink => _instance as ISinkPlugin;

    /// <summary>False once the runtime has really taken the plugin out of memory.</summary>
    public bool IsAlive => _context.IsAlive;

    /// <summary>Loads the plugin of a folder.</summary>
    /// <exception cref="PluginException">It is none, is built against other contracts, or its class cannot be made.</exception>
    public static LoadedPlugin Load(string folder, string copy)
    {
        PluginInspector.FindMain(folder);
        CopyFolder(folder, copy);
        var main = PluginInspector.FindMain(copy);
        var context = new PluginLoadContext(Path.GetFileName(folder), main);
        try
        {
            var assembly = context.LoadFromAssemblyPath(main);
            var instance = Create(assembly);
            if (string.IsNullOrWhiteSpace(instance.Name)) throw new PluginException($"{instance.GetType().FullName} has no name");
            return new LoadedPlugin(copy, context, instance, assembly.GetName().Version?.ToString(3) ?? "0.0.0");
        }
        catch (Exception exception)
        {
            context.Unload();
            Delete(copy);
            throw exception as PluginException ?? new PluginException(Innermost(exception), exception);
        }
    }

    /// <summary>Lets go of the plugin. Nobody may use what it opened any more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Unload()
    {
        _instance = null;
        _held?.Unload();
        _held = null;
    }

    /// <summary>Removes the copy from disk; call it when the plugin is out of memory or the host ends.</summary>
    public void DeleteCopy() => Delete(_copy);

    private static IPlugin Create(Assembly assembly)
    {
        var types = assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IPlugin))).ToList();
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

    private static string Innermost(Exception exception)
    {
        while (exception is TargetInvocationException { InnerException: { } inner }) exception = inner;
        return $"{exception.GetType().Name}: {exception.Message}";
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A copy in the temporary folder that outlives us does no harm; the next start clears it away.
        }
    }
}
