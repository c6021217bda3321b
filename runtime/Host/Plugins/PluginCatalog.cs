using PlantRuntime.Contracts;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Plugins;

/// <summary>
/// The plugins of the folders beside the host and in the site, kept current by <see cref="Poll"/>. A site's plugin goes before the host's
/// of the same name. A folder that changes for the worse is refused, and what was loaded from it before runs on.
/// </summary>
internal sealed class PluginCatalog : IDisposable
{
    private readonly IReadOnlyList<string> _roots;
    private readonly PlantLog _log;
    private readonly string _copies = Path.Combine(Path.GetTempPath(), $"plant-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly Dictionary<string, PluginFolder> _folders = new(StringComparer.Ordinal);
    private readonly List<LoadedPlugin> _leaving = [];
    private int _copyNumber;

    /// <summary>A catalog over these folders, the most important first; those that do not exist may come later.</summary>
    public PluginCatalog(IReadOnlyList<string> roots, PlantLog log)
    {
        _roots = roots;
        _log = log;
    }

    /// <summary>Every folder, loaded or refused, in search order.</summary>
    public IReadOnlyList<PluginFolder> Folders =>
        [.. _folders.Values.OrderBy(f => RootOf(f.Path)).ThenBy(f => f.FolderName, StringComparer.Ordinal)];

    public IEnumerable<string> DriverNames => Folders.Select(f => f.Driver).OfType<string>().Distinct();

    public IEnumerable<string> SinkNames => Folders.Select(f => f.Sink).OfType<string>().Distinct();

    public IDriverPlugin? Driver(string name) =>
        Folders.Select(f => f.Current).FirstOrDefault(p => p?.Name == name && p.Driver is not null)?.Driver;

    public ISinkPlugin? Sink(string name) =>
        Folders.Select(f => f.Current).FirstOrDefault(p => p?.Name == name && p.Sink is not null)?.Sink;

    /// <summary>Loads all that is there now.</summary>
    public void Load()
    {
        FindFolders();
        foreach (var folder in _folders.Values) Reload(folder);
    }

    /// <summary>
    /// Looks for new and changed folders, loads them, and returns the plugins that were replaced: the host moves their devices and sinks to
    /// the new ones and then calls <see cref="Retire"/>. A new plugin is returned as (null, new).
    /// </summary>
    public IReadOnlyList<(LoadedPlugin? Old, LoadedPlugin New)> Poll()
    {
        FindFolders();
        var changes = new List<(LoadedPlugin?, LoadedPlugin)>();
        foreach (var folder in _folders.Values.Where(f => f.HasChanged()).ToList())
        {
            var old = folder.Current;
            Reload(folder);
            if (folder.Current is { } now && now != old) changes.Add((old, now));
        }

        return changes;
    }

    /// <summary>
    /// Takes plugins out of memory that the site does not name: loading them told what they are, and more is not needed of them until their
    /// folder changes.
    /// </summary>
    public void KeepOnly(IReadOnlySet<string> names)
    {
        foreach (var folder in _folders.Values.Where(f => f.Current is not null && !names.Contains(f.Current.Name)))
        {
            folder.Current!.Unload();
            folder.Current.DeleteCopy();
            folder.Left();
        }
    }

    /// <summary>Loads again those of these names that <see cref="KeepOnly"/> left out: the site names them now.</summary>
    public void LoadAgain(IReadOnlySet<string> names)
    {
        foreach (var folder in _folders.Values.Where(f => f.Current is null && names.Contains(f.Driver ?? f.Sink ?? ""))) Reload(folder);
    }

    /// <summary>Unloads a plugin that nobody uses any more; <see cref="VerifyRetired"/> tells whether it really left.</summary>
    public void Retire(LoadedPlugin plugin)
    {
        plugin.Unload();
        lock (_leaving) _leaving.Add(plugin);
    }

    /// <summary>
    /// Collects garbage until every retired plugin has left memory, at most <paramref name="tries"/> times; the rest is named in the log.
    /// </summary>
    public bool VerifyRetired(int tries = 10)
    {
        List<LoadedPlugin> leaving;
        lock (_leaving)
        {
            leaving = [.. _leaving];
            _leaving.Clear();
        }

        using var never = new ManualResetEventSlim();
        for (var i = 0; i < tries && leaving.Any(p => p.IsAlive); i++)
        {
            // On a busy machine it takes a moment until the last thread has let go of it.
            never.Wait(TimeSpan.FromMilliseconds(50 * i));
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        foreach (var plugin in leaving)
        {
            if (plugin.IsAlive)
                _log.Warn($"LEAK plugin={plugin.Name} version={plugin.Version} still in memory after it was replaced: "
                    + "a static event, timer or thread of it is alive");
            else
            {
                plugin.DeleteCopy();
                _log.Info($"UNLOADED plugin={plugin.Name} version={plugin.Version}");
            }
        }

        return leaving.All(p => !p.IsAlive);
    }

    public void Dispose()
    {
        foreach (var folder in _folders.Values)
        {
            folder.Current?.Unload();
            folder.Current?.DeleteCopy();
        }

        try
        {
            if (Directory.Exists(_copies)) Directory.Delete(_copies, recursive: true);
        }
        catch (IOException)
        {
            // Left in the temporary folder, which the system clears.
        }
    }

    private void FindFolders()
    {
        foreach (var folder in _roots.Where(Directory.Exists).SelectMany(Directory.GetDirectories))
        {
            if (!_folders.ContainsKey(folder)) _folders.Add(folder, new PluginFolder(folder));
        }
    }

    private void Reload(PluginFolder folder)
    {
        folder.Accept();
        try
        {
            var plugin = LoadedPlugin.Load(folder.Path, Path.Combine(_copies, $"{folder.FolderName}-{++_copyNumber}"));
            folder.Loaded(plugin);
            _log.Info($"PLUGIN name={plugin.Name} version={plugin.Version} folder={folder.Path}");
        }
        catch (Exception exception) when (exception is PluginException or IOException or UnauthorizedAccessException)
        {
            folder.Refusal = exception.Message;
            var rest = folder.Current is null ? "" : $"; version {folder.Current.Version} runs on";
            _log.Error($"REFUSED plugin={folder.FolderName} folder={folder.Path} reason=\"{exception.Message}\"{rest}");
        }
    }

    private int RootOf(string path) => _roots.TakeWhile(root => !path.StartsWith(root, StringComparison.Ordinal)).Count();
}
