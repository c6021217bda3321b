using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Describes one folder below a plugins folder: the plugin that was loaded from it, or the reason why none was. Owned by one PluginCatalog,
/// which changes it within the host's poll loop, one call at a time; not thread-safe.
/// </summary>
internal sealed class PluginFolder(string path)
{
    private readonly SettledChange _change = new();
    private readonly FolderStamp _stamp = new(path);
    private int _absences;

    public string Path { get; } = path;

    public string FolderName => System.IO.Path.GetFileName(Path);

    /// <summary>The loaded plugin; stays when a later version of the folder is refused.</summary>
    public LoadedPlugin? Current { get; private set; }

    /// <summary>Name of its driver, in memory or not; null if it has none.</summary>
    public string? Driver { get; private set; }

    /// <summary>Name of its sink, in memory or not; null if it has none.</summary>
    public string? Sink { get; private set; }

    /// <summary>The reason why the current content of the folder was refused, or null.</summary>
    public string? Refusal { get; set; }

    /// <summary>
    /// The reason why its plugin must not be started: it ended the previous run of the host. Null if there is none; reset when
    /// the folder changes.
    /// </summary>
    public string? Suspension { get; set; }

    /// <summary>Sets the plugin that was loaded.</summary>
    public void SetLoaded(LoadedPlugin plugin)
    {
        Current = plugin;
        SetDeclared(new DeclaredPlugin(plugin.Name, plugin.Driver is not null, plugin.Sink is not null));
    }

    /// <summary>Sets the names of its driver and sink. The plugin stays as it is, in memory or not.</summary>
    public void SetDeclared(DeclaredPlugin plugin)
    {
        Refusal = null;
        (Driver, Sink) = (plugin.IsDriver ? plugin.Name : null, plugin.IsSink ? plugin.Name : null);
    }

    /// <summary>Removes the plugin; the names of its driver and sink stay known.</summary>
    public void SetUnloaded() => Current = null;

    /// <summary>
    /// Returns true once when the folder has been away for two calls, so that a folder that is being replaced does not count.
    /// </summary>
    public bool HasGone()
    {
        _absences = Directory.Exists(Path) ? 0 : _absences + 1;
        return _absences == 2;
    }

    /// <summary>Returns true when the folder changed since it was loaded and has stayed the same since the last call.</summary>
    public bool HasChanged() => _stamp.Read() is { Length: > 0 } stamp && _change.Poll(stamp);

    /// <summary>Records that the current content of the folder is loaded.</summary>
    public void Accept() => _change.Accept(_stamp.Read());
}
