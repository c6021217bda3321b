using System.Runtime.Loader;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Holds the plugins of the folders beside the host and in the site, kept current by <see cref="Poll"/>. A plugin of the site has priority
/// over one of the host with the same name. A folder whose new content is not usable is refused, and the plugin loaded from it before
/// stays. Owned by SiteHost or a command, and used within the host's poll loop and the builds that it waits for; only
/// <see cref="VerifyUnloaded"/> and <see cref="OnUnhandled"/>, which runs on the thread that threw, run beside it.
/// </summary>
internal sealed class PluginCatalog : IDisposable
{
    private readonly IReadOnlyList<string> _roots;
    private readonly PlantLog _log;
    private readonly string _copyRoot = Path.Combine(Path.GetTempPath(), $"plant-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly PluginCopy _copies;
    private readonly List<LoadedPlugin> _loaded = [];
    private readonly LogLimit _crashLimit = new(TimeProvider.System, TimeSpan.FromMinutes(1), burst: 5);
    private readonly Dictionary<string, PluginFolder> _folders = new(StringComparer.Ordinal);
    private readonly List<LoadedPlugin> _unloading = [];
    private readonly PluginLock? _lock;
    private string? _unreadable;

    /// <summary>Creates a catalog of these folders in order of priority; folders that do not exist may be created later.</summary>
    /// <param name="roots">The folders.</param>
    /// <param name="log">Receives what was loaded and refused.</param>
    /// <param name="locked">Refuses folders that the site has not locked; null to load every folder.</param>
    public PluginCatalog(IReadOnlyList<string> roots, PlantLog log, PluginLock? locked = null)
    {
        _lock = locked;
        _roots = roots;
        _log = log;
        _copies = new PluginCopy(_copyRoot);
        UnhandledPluginExceptions.Add(OnUnhandled);
    }

    /// <summary>
    /// Receives a plugin and a reason when an exception of it was not handled; set by the host, called on the thread that threw.
    /// </summary>
    public Action<LoadedPlugin, string>? Crashed { get; set; }

    /// <summary>Receives each folder that was loaded or refused; set by the host when it has loaded its plugins.</summary>
    public Action<PluginFolder>? Changed { get; set; }

    /// <summary>All folders, loaded or refused, in search order.</summary>
    public IReadOnlyList<PluginFolder> Folders =>
        [.. _folders.Values.OrderBy(f => RootOf(f.Path)).ThenBy(f => f.FolderName, StringComparer.Ordinal)];

    public IEnumerable<string> DriverNames => Folders.Select(f => f.Driver).OfType<string>().Distinct();

    public IEnumerable<string> SinkNames => Folders.Select(f => f.Sink).OfType<string>().Distinct();

    public IDriverPlugin? Driver(string name) =>
        Folders.Select(f => f.Current).FirstOrDefault(p => p?.Name == name && p.Driver is not null)?.Driver;

    public ISinkPlugin? Sink(string name) =>
        Folders.Select(f => f.Current).FirstOrDefault(p => p?.Name == name && p.Sink is not null)?.Sink;

    /// <summary>Loads the plugins of all folders.</summary>
    public void Load()
    {
        FindFolders();
        foreach (var folder in _folders.Values) Reload(folder);
    }

    /// <summary>
    /// Loads the plugins of these names. Of the others the names are known, which is enough until the site names them
    /// (<see cref="EnsureLoaded"/>) or their folder changes.
    /// </summary>
    public void Load(IReadOnlySet<string> names)
    {
        FindFolders();
        foreach (var folder in _folders.Values)
        {
            if (!TryLeaveUnloaded(folder, names)) Reload(folder);
        }
    }

    /// <summary>
    /// Suspends the plugin whose stack overflow ended the previous run of the host on this site, until its folder changes or the
    /// host starts again.
    /// </summary>
    public void SuspendCrashed(string siteFolder)
    {
        var frames = CrashReport.ReadFrames(siteFolder);
        if (frames.Count == 0) return;
        var types = Folders.Select(f => (Folder: f, Names: PluginInspector.TypeNames(f.Path))).ToList();
        foreach (var frame in frames)
        {
            // The type is the part of the frame before the method: Acme.Driver.Read(Int32).
            var method = frame.Split('(')[0];
            var type = method[..Math.Max(0, method.LastIndexOf('.'))].TrimEnd('.');
            if (types.FirstOrDefault(t => t.Names.Contains(type)).Folder is not { } folder) continue;
            folder.Suspension = $"a stack overflow in {method} ended the previous run";
            _log.Error($"CRASH plugin={folder.FolderName} folder={folder.Path} reason=\"{folder.Suspension}\" next=\"it is parked until it is replaced or the host restarts\"");
            return;
        }

        _log.Error($"CRASH reason=\"a stack overflow ended the previous run\" at=\"{frames[0]}\"");
    }

    /// <summary>Returns the reason why a plugin must not be started now; null if it may.</summary>
    public string? WhySuspended(IPlugin plugin) =>
        Folders.FirstOrDefault(f => f.Current is { } current && (current.Driver == plugin || current.Sink == plugin))?.Suspension;

    /// <summary>
    /// Finds new and changed folders, loads them, and returns the plugins that were replaced: the host moves their devices and sinks to
    /// the new ones and then calls <see cref="BeginUnload"/>. A new plugin is returned as (null, new).
    /// </summary>
    public IReadOnlyList<(LoadedPlugin? Old, LoadedPlugin New)> Poll()
    {
        FindFolders();
        foreach (var folder in _folders.Values.Where(f => f.HasGone()).ToList())
        {
            var rest = LogFields.When(folder.Current is not null, $" next=\"version {folder.Current?.Version} runs on until the host ends\"");
            _log.Warn($"REFUSED plugin={folder.FolderName} folder={folder.Path} reason=\"its folder was deleted or moved\"{rest}");
        }

        var changes = new List<(LoadedPlugin?, LoadedPlugin)>();
        var isNewlyLocked = _lock?.HasChanged() == true;
        foreach (var folder in _folders.Values.Where(f => f.HasChanged() || (isNewlyLocked && f.Refusal is not null)).ToList())
        {
            var old = folder.Current;
            folder.Suspension = null;
            Reload(folder);
            if (folder.Current is { } now && now != old) changes.Add((old, now));
        }

        return changes;
    }

    /// <summary>Unloads plugins that the site does not name; the names of their drivers and sinks stay known.</summary>
    public void UnloadUnused(IReadOnlySet<string> names)
    {
        foreach (var folder in _folders.Values.Where(f => f.Current is not null && !names.Contains(f.Current.Name)))
        {
            folder.Current!.Unload();
            folder.Current.DeleteCopy();
            folder.SetUnloaded();
        }
    }

    /// <summary>Loads the plugins of these names that are not in memory: the site names them now.</summary>
    public void EnsureLoaded(IReadOnlySet<string> names)
    {
        foreach (var folder in _folders.Values.Where(f => f.Current is null && names.Contains(f.Driver ?? f.Sink ?? ""))) Reload(folder);
    }

    /// <summary>Unloads a plugin that is not used any more; <see cref="VerifyUnloaded"/> checks that it leaves memory.</summary>
    public void BeginUnload(LoadedPlugin plugin)
    {
        plugin.Unload();
        lock (_unloading) _unloading.Add(plugin);
    }

    /// <summary>
    /// Collects garbage until every plugin that was unloaded has left memory, at most <paramref name="tries"/> times; logs the others.
    /// Blocks; the host runs it on the thread pool.
    /// </summary>
    public bool VerifyUnloaded(int tries = 10)
    {
        List<LoadedPlugin> unloading;
        lock (_unloading)
        {
            unloading = [.. _unloading];
            _unloading.Clear();
        }

        using var never = new ManualResetEventSlim();
        for (var i = 0; i < tries && unloading.Any(p => p.IsAlive); i++)
        {
            // Threads of the plugin may still be ending: each try waits 50 ms longer than the one before.
            never.Wait(TimeSpan.FromMilliseconds(50 * i));
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        foreach (var plugin in unloading)
        {
            if (plugin.IsAlive)
                _log.Warn($"LEAK plugin={plugin.Name} version={plugin.Version} "
                    + $"reason=\"still in memory after it was replaced: a static event, timer or thread of it is alive\"");
            else
            {
                plugin.DeleteCopy();
                _log.Info($"UNLOADED plugin={plugin.Name} version={plugin.Version}");
            }
        }

        return unloading.All(p => !p.IsAlive);
    }

    public void Dispose()
    {
        UnhandledPluginExceptions.Remove(OnUnhandled);
        foreach (var folder in _folders.Values)
        {
            folder.Current?.Unload();
            folder.Current?.DeleteCopy();
        }

        try
        {
            if (Directory.Exists(_copyRoot)) Directory.Delete(_copyRoot, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The copies stay in the temporary folder, which the system clears.
        }
    }

    private void FindFolders()
    {
        string? unreadable = null;
        foreach (var root in _roots.Where(Directory.Exists))
        {
            try
            {
                foreach (var folder in Directory.GetDirectories(root)) _folders.TryAdd(folder, new PluginFolder(folder));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                unreadable = exception.Message;
            }
        }

        if (unreadable is not null && _unreadable is null)
            _log.Error($"REFUSED folder=plugins reason=\"{unreadable}\" next=\"loaded plugins run on; the folder is read again\"");
        _unreadable = unreadable;
    }

    // Returns false for a plugin of these names, for a folder that does not declare its plugin, and for one that Reload refuses.
    private bool TryLeaveUnloaded(PluginFolder folder, IReadOnlySet<string> names)
    {
        try
        {
            var plugin = PluginInspector.Declared(PluginInspector.FindMain(folder.Path));
            if (plugin is null || names.Contains(plugin.Name)) return false;
            _lock?.Verify(folder.Path, folder.Path);
            folder.Accept();
            folder.SetDeclared(plugin);
            return true;
        }
        catch (Exception exception)
            when (exception is PluginException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Reload(PluginFolder folder)
    {
        folder.Accept();
        try
        {
            var plugin = LoadedPlugin.Load(folder.Path, _copies, _lock);
            folder.SetLoaded(plugin);
            lock (_loaded)
            {
                _loaded.RemoveAll(p => !p.IsAlive);
                _loaded.Add(plugin);
            }

            _log.Info($"PLUGIN name={plugin.Name} version={plugin.Version} folder={folder.Path}");
        }
        catch (Exception exception) when (exception is PluginException or IOException or UnauthorizedAccessException)
        {
            folder.Refusal = exception.Message;
            var rest = LogFields.When(folder.Current is not null, $" next=\"version {folder.Current!.Version} runs on\"");
            _log.Error($"REFUSED plugin={folder.FolderName} folder={folder.Path} reason=\"{exception.Message}\"{rest}");
        }

        Changed?.Invoke(folder);
    }

    /// <summary>Reports an unhandled exception of a plugin of this catalog. Runs no plugin code.</summary>
    private bool OnUnhandled(AssemblyLoadContext context, Exception exception)
    {
        LoadedPlugin? plugin;
        lock (_loaded) plugin = _loaded.Find(p => p.HasContext(context));
        if (plugin is null) return false;
        var reason = $"an exception on a thread of its own: {PluginFault.Identify(exception)}";
        if (_crashLimit.TryAcquire(out var suppressed))
            _log.Error($"CRASH plugin={plugin.Name} version={plugin.Version} reason=\"{reason}\"{LogText.Suppressed(suppressed)}");
        Crashed?.Invoke(plugin, reason);
        return true;
    }

    private int RootOf(string path) => _roots.TakeWhile(root => !path.StartsWith(root, StringComparison.Ordinal)).Count();
}
