using PlantRuntime.Contracts;
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
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host;

/// <summary>
/// A running site: its plugins, devices, recipes and sinks, and the two rounds that keep them so. One looks for changed plugins and
/// recipes, the other for parts that do not come back.
/// </summary>
internal sealed class PlantHost : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_watchEvery = TimeSpan.FromMilliseconds(500);
    private readonly SiteModel _site;
    private readonly PluginCatalog _plugins;
    private readonly Opener _opener;
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
        _site = site;
        _plugins = plugins;
        _opener = opener;
        _time = time;
        _log = log;
        Devices = [.. site.Devices.Select(d => new DeviceRunner(d, site.PlantId, site.Limits.RecipeQueue, time, log))];
        Queue = OpenQueue(site, time, log);
        var chance = new Random(HashCode.Combine(site.Folder, time.GetTimestamp()));
        Sinks = [.. site.Sinks.Select(s => new SinkRunner(s, s.Delivery == DeliveryKind.Queued ? Queue : null, Chance, time, log))];
        Mirrors = new MirrorBook(Devices, time, log);
        _audit = new AuditLog(site.Folder, site.Log.MaxSize.Bytes, Math.Max(AuditLog.Keep, site.Log.Keep), time, log);
        var writes = new SiteWrites(site, Devices, _audit, time, log);
        var outputs = new RecipeOutputs(Sinks, Queue, Mirrors, writes);
        Recipes = new RecipeBook(site, recipes, Devices, outputs, new BlockCheck(site, plugins, opener), compiler, time, log);

        _editing = new EditSupport(site.Folder, compiler, log);
        _control = new ControlServer(site.Folder, time, log);
        new QueueCommands(Sinks, Queue).AddTo(_control);
        new DeviceCommands(Devices, writes, time).AddTo(_control);

        double Chance()
        {
            lock (chance) return chance.NextDouble();
        }
    }

    public IReadOnlyList<DeviceRunner> Devices { get; }

    public IReadOnlyList<SinkRunner> Sinks { get; }

    /// <summary>The site's queue; null when no sink has one.</summary>
    public SiteQueue? Queue { get; }

    public MirrorBook Mirrors { get; }

    public RecipeBook Recipes { get; }

    /// <summary>Sinks first, then recipes, then devices: no scan is read before somebody can take it.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        _plugins.KeepOnly(_site.Devices.Select(d => d.Driver).Concat(_site.Sinks.Select(s => s.Sink)).ToHashSet(StringComparer.Ordinal));
        foreach (var sink in Sinks) StartSink(sink);
        NameOrphans();
        await Recipes.LookAsync(cancel).ConfigureAwait(false);
        foreach (var device in Devices) StartDevice(device);
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
        await _audit.DisposeAsync().ConfigureAwait(false);
        var flushed = (Queue?.FlushAsync() ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(1), _time);
        await flushed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Sinks.Select(s => s.StopAsync(TimeSpan.FromSeconds(2.5)))).ConfigureAwait(false);
        Queue?.Dispose();
        foreach (var sink in Sinks)
        {
            var counts = sink.Counts;
            _log.Info($"END sink={sink.Name} produced={counts.Produced} delivered={counts.Delivered} waiting={counts.Waiting} "
                + $"deadlettered={counts.DeadLettered} lost={counts.Lost}");
            sink.Dispose();
        }

        _plugins.Dispose();
        _stop.Dispose();
    }

    /// <summary>Records may wait for a sink that site.toml had once: they are kept for its return, and somebody should know.</summary>
    private void NameOrphans()
    {
        var names = _site.Sinks.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var orphan in (Queue?.Accounts ?? []).Where(a => a.Waiting > 0 && !names.Contains(a.Sink)).GroupBy(a => a.Sink))
        {
            _log.Warn($"WAITING sink={orphan.Key} records={orphan.Sum(a => a.Waiting)} reason=\"site.toml has no such sink any more\" "
                + $"next=\"they are delivered when it is back, and expire after {new QueueOptions().MaxAge.TotalDays:0} days\"");
        }
    }

    private static SiteQueue? OpenQueue(SiteModel site, TimeProvider time, PlantLog log)
    {
        var options = site.Sinks.Where(s => s.Delivery == DeliveryKind.Queued).ToDictionary(s => s.Name, s => s.Queue);
        return options.Count == 0 ? null : new SiteQueue(new QueueFolder(Path.Combine(site.Folder, "data")), options, time, log);
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

    private async Task LookAsync()
    {
        foreach (var (old, now) in _plugins.Poll())
        {
            if (old is null) _log.Info($"NEW plugin={now.Name} version={now.Version}");
            await ReplaceAsync(old, now).ConfigureAwait(false);
        }

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
                StartDevice(device);
            }
        }

        if (now.Sink is not null && _plugins.Sink(now.Name) == now.Sink)
        {
            foreach (var sink in Sinks.Where(s => s.Model.Sink == now.Name))
            {
                await sink.StopAsync(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
                StartSink(sink);
            }
        }

        if (old is null) return;
        _plugins.Retire(old);
        _ = Task.Run(() => _plugins.VerifyRetired());
    }

    private void StartDevice(DeviceRunner device)
    {
        var problems = new List<Problem>();
        if (_plugins.Driver(device.Model.Driver) is not { } plugin) device.Wait($"no plugin has the driver {device.Model.Driver} yet");
        else if (_opener.Driver(device.Model, plugin, problems) is { } open) device.Start(open);
        else device.Park(string.Join("; ", problems));
    }

    private void StartSink(SinkRunner sink)
    {
        var problems = new List<Problem>();
        if (_plugins.Sink(sink.Model.Sink) is not { } plugin) sink.Wait($"no plugin has the sink {sink.Model.Sink} yet");
        else if (_opener.Sink(sink.Model, plugin, problems) is { } open) sink.Start(open);
        else sink.Park(string.Join("; ", problems));
    }
}
