using PlantRuntime.Host.Control;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Devices.Writing;
using PlantRuntime.Host.Editing;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recording;
using PlantRuntime.Host.Reloading;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host;

/// <summary>
/// Runs a site, and the two rounds that keep it so. One looks for changed plugins, for a changed site.toml and changed recipes, the other
/// for parts that do not come back.
/// </summary>
internal sealed class PlantHost : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_watchEvery = TimeSpan.FromMilliseconds(500);
    private readonly RunningSite _site;
    private readonly SiteReload _reload;
    private readonly PluginCatalog _plugins;
    private readonly RecipeCompiler _compiler;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ControlServer _control;
    private readonly AuditLog _audit;
    private readonly EditSupport _editing;
    private readonly List<Task> _rounds = [];

    /// <param name="site">The site, checked.</param>
    /// <param name="plugins">Its plugins, loaded; the host disposes of them.</param>
    /// <param name="opener">Opens drivers and sinks.</param>
    /// <param name="recipes">Its recipe files.</param>
    /// <param name="compiler">Compiles recipes; the host disposes of it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where the host speaks.</param>
    public PlantHost(
        SiteModel site, PluginCatalog plugins, Opener opener, RecipeFiles recipes, RecipeCompiler compiler, TimeProvider time, PlantLog log)
    {
        _plugins = plugins;
        _compiler = compiler;
        _time = time;
        _log = log;
        _audit = new AuditLog(site.Folder, site.Log.MaxSize.Bytes, Math.Max(AuditLog.Keep, site.Log.Keep), time, log);
        _site = new RunningSite(site, plugins, opener, recipes, compiler, _audit, time, log);
        _reload = new SiteReload(_site, time, log);

        _editing = new EditSupport(site.Folder, compiler, log);
        _control = new ControlServer(site.Folder, time, log);
        new QueueCommands(Sinks, () => Queue).AddTo(_control);
        new DeviceCommands(Devices, _site.Writes, time).AddTo(_control);
        new RecordingBook(site.Name, Devices, time, log).AddTo(_control);
        new SiteCommands(_site).AddTo(_control);
    }

    public IReadOnlyList<DeviceRunner> Devices => _site.Devices;

    public IReadOnlyList<SinkRunner> Sinks => _site.Sinks;

    /// <summary>The site's queue; null until a sink has one.</summary>
    public SiteQueue? Queue => _site.Queue;

    public MirrorBook Mirrors => _site.Mirrors;

    public RecipeBook Recipes => _site.Recipes;

    /// <summary>Sinks first, then recipes, then devices: no scan is read before somebody can take it.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        _plugins.KeepOnly(_site.Model.PluginNames);
        GC.Collect();
        foreach (var sink in Sinks) _site.Start(sink);
        _site.NameOrphans();
        await Recipes.LookAsync(cancel).ConfigureAwait(false);
        foreach (var device in Devices) _site.Start(device);
        _control.Start();
        _rounds.Add(RoundAsync(s_lookEvery, LookAsync));
        _rounds.Add(RoundAsync(s_watchEvery, WatchAsync));
    }

    /// <summary>
    /// Mirrors first, so that none is cut off half way, then devices, then recipes, then sinks, each emptying into the next: 0.5 s, 1 s, 1
    /// s and 2.5 s at most, so within 5 s. What sinks do not take in that time waits in the queue for the next run.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_rounds).ConfigureAwait(false);
        await _control.DisposeAsync().ConfigureAwait(false);
        await Mirrors.StopAsync(TimeSpan.FromSeconds(0.5)).ConfigureAwait(false);
        await Task.WhenAll(Devices.Select(d => d.StopAsync("the host ends", TimeSpan.FromSeconds(1)))).ConfigureAwait(false);
        await Recipes.DisposeAsync().ConfigureAwait(false);
        await _compiler.DisposeAsync().ConfigureAwait(false);
        await _audit.DisposeAsync().ConfigureAwait(false);
        await _site.FlushAsync().ConfigureAwait(false);
        await Task.WhenAll(Sinks.Select(s => s.StopAsync(TimeSpan.FromSeconds(2.5)))).ConfigureAwait(false);
        Queue?.Dispose();
        foreach (var sink in Sinks) _site.End(sink);
        _plugins.Dispose();
        _stop.Dispose();
    }

    private async Task RoundAsync(TimeSpan every, Func<Task> work)
    {
        try
        {
            while (true)
            {
                await Task.Delay(every, _time, _stop.Token).ConfigureAwait(false);
                await work().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host ends.
        }
        catch (Exception exception)
        {
            _log.Error($"BUG in=host reason=\"{exception}\"");
        }
    }

    /// <summary>Site.toml before recipes: those that were edited together with it are made by the new one.</summary>
    private async Task LookAsync()
    {
        foreach (var (old, now) in _plugins.Poll())
        {
            if (old is null) _log.Info($"NEW plugin={now.Name} version={now.Version}");
            await ReplaceAsync(old, now).ConfigureAwait(false);
        }

        await _reload.LookAsync(_stop.Token).ConfigureAwait(false);
        await Recipes.LookAsync(_stop.Token).ConfigureAwait(false);
        await _editing.LookAsync(_stop.Token).ConfigureAwait(false);
    }

    private Task WatchAsync()
    {
        foreach (var device in Devices) device.Watch();
        foreach (var sink in Sinks) sink.Watch();
        Recipes.Watch();
        return Task.CompletedTask;
    }

    /// <summary>Moves the devices and sinks of a plugin to its new version, and no others; then the old one leaves memory.</summary>
    private async Task ReplaceAsync(LoadedPlugin? old, LoadedPlugin now)
    {
        // A plugin of the site may stand before the one that changed: then nobody uses this one.
        if (now.Driver is not null && _plugins.Driver(now.Name) == now.Driver)
        {
            foreach (var device in Devices.Where(d => d.Model.Driver == now.Name))
            {
                await device.StopAsync("its driver is replaced", TimeSpan.FromSeconds(3)).ConfigureAwait(false);
                _site.Start(device);
            }
        }

        if (now.Sink is not null && _plugins.Sink(now.Name) == now.Sink)
        {
            foreach (var sink in Sinks.Where(s => s.Model.Sink == now.Name))
            {
                await sink.StopAsync(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
                _site.Start(sink);
            }
        }

        if (old is null) return;
        _plugins.Retire(old);
        _ = Task.Run(() => _plugins.VerifyRetired());
    }
}
