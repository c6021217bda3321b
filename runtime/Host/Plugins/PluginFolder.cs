using PlantRuntime.Host.Watching;

namespace PlantRuntime.Host.Plugins;

/// <summary>One folder under a plugins folder: what of it is loaded, or why nothing is.</summary>
internal sealed class PluginFolder(string path)
{
    private readonly SettledChange _change = new();

    public string Path { get; } = path;

    public string FolderName => System.IO.Path.GetFileName(Path);

    /// <summary>What runs; stays when a later version of the folder is refused.</summary>
    public LoadedPlugin? Current { get; private set; }

    /// <summary>The driver that it has, in memory or not; null when it has none.</summary>
    public string? Driver { get; private set; }

    /// <summary>The sink that it has, in memory or not; null when it has none.</summary>
    public string? Sink { get; private set; }

    /// <summary>Why the folder as it is now was refused, or null.</summary>
    public string? Refusal { get; set; }

    /// <summary>Its plugin is in memory.</summary>
    public void Loaded(LoadedPlugin plugin)
    {
        (Current, Refusal) = (plugin, null);
        (Driver, Sink) = (plugin.Driver is null ? null : plugin.Name, plugin.Sink is null ? null : plugin.Name);
    }

    /// <summary>Its plugin has left memory; what it has is still known.</summary>
    public void Left() => Current = null;

    /// <summary>True when the folder changed since it was loaded and the copy under way has ended.</summary>
    public bool HasChanged() => FolderStamp.Of(Path) is { Length: > 0 } stamp && _change.Look(stamp);

    /// <summary>Notes that the folder is loaded as it is now.</summary>
    public void Accept() => _change.Accept(FolderStamp.Of(Path));
}
