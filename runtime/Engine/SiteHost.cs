using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine;

/// <summary>
/// Starts, polls and stops a site. The poll loop (every 200 ms) applies changes of plugins, site.toml and recipes; the supervision loop
/// supervises recipes, devices, sinks and alerts every second. Both run on the thread pool, each one step at a time.
/// <c>plant run</c> creates the host, starts it once and disposes of it; it owns the catalog, the compiler and all parts of
/// <see cref="SiteRuntime"/>.
/// </summary>
internal sealed class SiteHost : IAsyncDisposable
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>After a minute without an edit files are read less often: the next edit is seen 1 s later at most.</summary>
    private static readonly TimeSpan s_pollEveryAtRest = TimeSpan.FromSeconds(1);

    /// <summary>Plugins change rarely and have many files, so their folders are read less often than recipes.</summary>
    private static readonly TimeSpan s_pollPluginsEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_superviseEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_replaceTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Time from the request to stop until everything has ended.</summary>
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(3.9);
    private static readonly TimeSpan s_standbyEvery = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_leastDrain = TimeSpan.FromSeconds(0.2);
    private readonly SiteRuntime _site;
    private readonly SiteReload _reload;
    private readonly PluginCatalog _catalog;
    private readonly RecipeCompiler _compiler;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly AuditLog _audit;
    private readonly ChangeAudit _changes;
    private readonly SiteStatus _status;
    private readonly Func<CancellationToken, Task> _alsoPoll;
    private readonly Action _supervised;
    private readonly List<Task> _loops = [];
    private long? _pluginsPolled;
    private volatile bool _isStarted;

    /// <param name="site">The site, checked.</param>
    /// <param name="catalog">Its plugins, loaded; the host disposes of them.</param>
    /// <param name="plugins">Opens drivers and sinks.</param>
    /// <param name="recipes">Its recipe files.</param>
    /// <param name="compiler">Compiles recipes; the host disposes of it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the log lines of the host.</param>
    /// <param name="whyNoWrites">Returns why the host may not write to devices now, or null; null if it always may.</param>
    /// <param name="alsoPoll">Runs after each poll of the site's files, for instance to refresh generated files; null does nothing.</param>
    /// <param name="supervised">Called at the end of each round of the supervision loop; null does nothing.</param>
    /// <param name="lease">The terms of the lease; null if the site has none.</param>
    public SiteHost(
        SiteModel site, PluginCatalog catalog, PluginFactory plugins, RecipeSources recipes, RecipeCompiler compiler, TimeProvider time,
        PlantLog log,
        Func<string?>? whyNoWrites = null, Func<CancellationToken, Task>? alsoPoll = null, Action? supervised = null,
        LeaseTerms? lease = null)
    {
        (_catalog, _compiler, _time, _log) = (catalog, compiler, time, log);
        _audit = new AuditLog(site.Folder, site.Log.MaxSize.Bytes, Math.Max(AuditLog.Keep, site.Log.FilesKept), time, log);
        _status = new SiteStatus(time, new DiskMonitor(log));
        _site = new SiteRuntime(site, catalog, plugins, recipes, compiler, _audit, _status, whyNoWrites, time, log, lease);
        _status.Attach(_site);
        _reload = new SiteReload(_site, time, log);
        _catalog.Crashed = ParkPlugin;
        _changes = new ChangeAudit(_audit);
        _alsoPoll = alsoPoll ?? (_ => Task.CompletedTask);
        _supervised = supervised ?? (() => { });
    }

    /// <summary>Reads site.toml at the next poll, whether it changed or not, and applies what differs. Any thread; ends nothing.</summary>
    /// <param name="by">The cause, for the log.</param>
    public void RequestReload(string by)
    {
        _log.Info($"RELOAD by={by}");
        _reload.Request();
    }

    /// <summary>
    /// True to end without delivering what waits, because another host takes over. Set before <see cref="DisposeAsync"/>.
    /// </summary>
    public bool EndsAtOnce { get; set; }

    /// <summary>The lease of the site; null if it has none. Set before the host starts.</summary>
    public SiteLease? Lease { get; set; }

    /// <summary>Called when the recipes have ended in order; null does nothing. Set before the host starts.</summary>
    public Func<Task>? RecipesEnded { get; set; }

    /// <summary>True once the site is loaded and its devices were started; false before, and while the host waits for a lease.</summary>
    public bool IsStarted => _isStarted;

    /// <summary>The parts of the site.</summary>
    public SiteRuntime Site => _site;

    /// <summary>Alerts and health of the site.</summary>
    public SiteStatus Status => _status;

    public IReadOnlyList<DeviceSupervisor> Devices => _site.Devices;

    public IReadOnlyList<SinkSupervisor> Sinks => _site.Sinks;

    /// <summary>The site's queue; null until a sink has one.</summary>
    public DiskQueue? Queue => _site.Queue;

    public MirrorRegistry Mirrors => _site.Mirrors;

    /// <summary>The audit log of the site.</summary>
    public AuditLog Audit => _audit;

    /// <summary>Why the log file cannot be written; null if it can.</summary>
    public string? LogFailure => _log.Failure;

    public RecipeManager Recipes => _site.Recipes;

    /// <summary>Starts sinks, then recipes, then devices, so that the first scan finds its recipes and sinks.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        _changes.AddStart(_site.Model, _catalog.Folders);
        _catalog.Changed = _changes.Add;
        _catalog.UnloadUnused(_site.Model.PluginNames);
        foreach (var sink in Sinks) _site.Start(sink);
        _site.WarnAboutOrphanedQueues();
        await Recipes.PollAsync(cancel).ConfigureAwait(false);
        _site.Outputs.Questions.SetComplete();

        // Reading a large site leaves more garbage than the site needs: it is returned to the system before the first scan.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        foreach (var device in Devices) _site.Start(device);
        _isStarted = true;

        // site.toml is polled before the recipes, so that recipes that were edited together with it are built with the new one.
        StartLoop(
            "files", () => Recipes.IsAtRest ? s_pollEveryAtRest : s_pollEvery,
            [
                ("plugins", PollPluginsAsync), ("site.toml", _reload.PollAsync), ("recipes", Recipes.PollAsync),
                ("audit", Step(() => _changes.Compare(Recipes.Slots))), ("editor", _alsoPoll),
            ]);
        StartLoop(
            "supervision", () => s_superviseEvery,
            [
                ("recipes", Step(Recipes.Supervise)), ("devices", Step(SuperviseDevices)),
                ("sinks", Step(SuperviseSinks)), ("alerts", _status.PollAsync),
                ("service", Step(_supervised)),
            ]);
    }

    /// <summary>
    /// Delivers records that wait from an earlier term of the lease, while this host waits for it: opens the sinks that have some, and
    /// closes them when they are empty. Runs until it is cancelled, before <see cref="StartAsync"/>; then all sinks are closed.
    /// </summary>
    public async Task DeliverWhileWaitingAsync(CancellationToken cancel)
    {
        var open = new HashSet<SinkSupervisor>();
        while (!cancel.IsCancellationRequested)
        {
            foreach (var sink in Sinks.Where(s => s.Model.Delivery == DeliveryKind.Queued))
            {
                // Questions wait for the recipe that gets their answers.
                var isWaiting = sink.Accounts.Any(a => a.Waiting > 0 && !QuestionRoute.IsQuestion(a.Recipe));
                if (isWaiting && open.Add(sink)) _site.Start(sink);
                if (!isWaiting && open.Remove(sink)) await sink.StopAsync(s_leastDrain).ConfigureAwait(false);
            }

            await Task.Delay(s_standbyEvery, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await WithinAsync(Task.WhenAll(open.Select(s => s.StopAsync(TimeSpan.Zero))), TimeSpan.FromSeconds(0.5)).ConfigureAwait(false);
    }

    /// <summary>
    /// Stops mirrors, so that none is cut off half way, then devices, recipes and sinks, each emptying into the next. Records that the
    /// sinks do not accept within five seconds in all wait in the queue for the next run.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        var began = _time.GetTimestamp();

        // Sinks first: what they have not sent is the business of the next host.
        if (EndsAtOnce) await Task.WhenAll(Sinks.Select(s => s.StopAsync(TimeSpan.Zero))).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        var loops = WithinAsync(Task.WhenAll(_loops), TimeSpan.FromSeconds(0.5));
        await Mirrors.StopAsync(TimeSpan.FromSeconds(0.5)).ConfigureAwait(false);
        await loops.ConfigureAwait(false);
        await Task.WhenAll(Devices.Select(d => d.StopAsync("the host ends", TimeSpan.FromSeconds(0.5)))).ConfigureAwait(false);
        foreach (var device in Devices) device.LogEnd();
        await Recipes.DisposeAsync().ConfigureAwait(false);
        if (!EndsAtOnce && RecipesEnded is { } ended) await ended().ConfigureAwait(false);
        await WithinAsync(_compiler.DisposeAsync().AsTask(), TimeSpan.FromSeconds(0.5)).ConfigureAwait(false);
        await Task.WhenAll(_audit.DisposeAsync().AsTask(), _site.FlushAsync()).ConfigureAwait(false);
        var left = s_shutdown - _time.GetElapsedTime(began);
        var timeout = EndsAtOnce ? TimeSpan.Zero : left > s_leastDrain ? left : s_leastDrain;
        List<SinkSupervisor> sinks = [.. Sinks, .. _site.RemovedSinks];
        await Task.WhenAll(sinks.Select(s => s.StopAsync(timeout))).ConfigureAwait(false);
        Queue?.Dispose();
        foreach (var sink in sinks) _site.Close(sink);
        _catalog.Dispose();
        _stop.Dispose();
    }

    private void StartLoop(string name, Func<TimeSpan> pause, (string, Func<CancellationToken, Task>)[] steps)
    {
        var loop = new SiteLoop(name, pause, steps, _time, _log);
        _loops.Add(Task.Run(() => loop.RunAsync(_stop.Token)));
    }

    /// <summary>Waits for work at most <paramref name="timeout"/>, and abandons it after that, because the process ends.</summary>
    private async Task WithinAsync(Task work, TimeSpan timeout) =>
        await work.WaitAsync(timeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static Func<CancellationToken, Task> Step(Action work) => _ =>
    {
        work();
        return Task.CompletedTask;
    };

    private void SuperviseDevices()
    {
        foreach (var device in Devices) device.Poll();
    }

    private void SuperviseSinks()
    {
        foreach (var sink in Sinks) sink.Poll();
    }

    private async Task PollPluginsAsync(CancellationToken cancel)
    {
        if (_pluginsPolled is { } last && _time.GetElapsedTime(last) < s_pollPluginsEvery) return;
        _pluginsPolled = _time.GetTimestamp();
        foreach (var (old, plugin) in _catalog.Poll())
        {
            if (old is null) _log.Info($"NEW plugin={plugin.Name} version={plugin.Version}");
            await ReplaceAsync(old, plugin, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the devices and sinks of a plugin to its new version, all at once; then the old version is unloaded.</summary>
    private async Task ReplaceAsync(LoadedPlugin? old, LoadedPlugin plugin, CancellationToken cancel)
    {
        // A plugin of the site has priority over a host plugin of the same name; then nothing uses the host plugin that changed.
        var moves = new List<Task>();
        if (plugin.Driver is not null && _catalog.Driver(plugin.Name) == plugin.Driver)
        {
            moves.AddRange(Devices.Where(d => d.Model.Driver == plugin.Name).Select(d => MoveAsync(d, cancel)));
        }

        if (plugin.Sink is not null && _catalog.Sink(plugin.Name) == plugin.Sink)
        {
            moves.AddRange(Sinks.Where(s => s.Model.Sink == plugin.Name).Select(s => MoveAsync(s, cancel)));
        }

        await Task.WhenAll(moves).WaitAsync(cancel).ConfigureAwait(false);
        if (old is null) return;
        _catalog.BeginUnload(old);
        _ = Task.Run(() => _catalog.VerifyUnloaded());
    }

    private async Task MoveAsync(DeviceSupervisor device, CancellationToken cancel)
    {
        await device.StopAsync("its driver is replaced", s_replaceTimeout).ConfigureAwait(false);
        if (!cancel.IsCancellationRequested) _site.Start(device);
    }

    private async Task MoveAsync(SinkSupervisor sink, CancellationToken cancel)
    {
        await sink.StopAsync(s_replaceTimeout).ConfigureAwait(false);
        if (!cancel.IsCancellationRequested) _site.Start(sink);
    }

    /// <summary>
    /// Parks the devices and sinks of a plugin after an unhandled exception. Runs on the thread of the plugin and calls none of its code.
    /// </summary>
    private void ParkPlugin(LoadedPlugin plugin, string reason)
    {
        foreach (var device in Devices.Where(d => d.Model.Driver == plugin.Name)) device.ParkIfOpen(reason);
        foreach (var sink in Sinks.Where(s => s.Model.Sink == plugin.Name)) sink.ParkIfOpen(reason);
    }
}
