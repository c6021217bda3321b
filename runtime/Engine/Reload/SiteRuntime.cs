using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Recipes;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Owns the parts of a running site: devices, sinks, queue, recipes, writes and mirrors. A device or sink is in the lists while site.toml
/// declares it; other types hold the lists, whose content a reload replaces. Owned by SiteHost, which starts, polls and stops the parts.
/// Only the host's poll loop changes it, and the start and end of the host; any thread may read the lists and call Snapshot.
/// </summary>
internal sealed class SiteRuntime
{
    private readonly SnapshotList<DeviceSupervisor> _devices;
    private readonly SnapshotList<SinkSupervisor> _sinks = new([]);
    private readonly RecipeCompiler _compiler;
    private readonly ISiteStatus _status;
    private readonly Func<string?>? _whyNoWrites;
    private readonly LeaseTerms? _lease;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly Random _jitter;

    /// <param name="model">The site, checked.</param>
    /// <param name="catalog">Its plugins, loaded.</param>
    /// <param name="plugins">Opens drivers and sinks.</param>
    /// <param name="files">Its recipe files.</param>
    /// <param name="compiler">Compiles recipes.</param>
    /// <param name="audit">Records writes.</param>
    /// <param name="status">Tells recipes about the host.</param>
    /// <param name="whyNoWrites">Returns why the host may not write to devices now, or null; null if it always may.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the events of all parts.</param>
    /// <param name="lease">The terms of the lease; null if the site has none.</param>
    /// <exception cref="QueueLockedException">Another process has the queue.</exception>
    /// <exception cref="IOException">The queue's folder cannot be written to.</exception>
    public SiteRuntime(
        SiteModel model, PluginCatalog catalog, PluginFactory plugins, RecipeSources files, RecipeCompiler compiler, AuditLog audit,
        ISiteStatus status, Func<string?>? whyNoWrites, TimeProvider time, PlantLog log, LeaseTerms? lease = null)
    {
        _lease = lease;
        (Model, Catalog, Plugins, Files) = (model, catalog, plugins, files);
        (_compiler, _status, _whyNoWrites, _time, _log) = (compiler, status, whyNoWrites, time, log);
        Reloads = new ReloadHistory(time, report => new ChangeAudit(audit).Add(report));
        _jitter = new Random(HashCode.Combine(model.Folder, time.GetTimestamp()));
        _devices = new SnapshotList<DeviceSupervisor>([.. model.Devices.Select(NewDevice)]);
        Mirrors = new MirrorRegistry(_devices, time, log);
        Writes = new WriteService(model, _devices, audit, time, log, whyNoWrites);
        Outputs = new OutputTargets(_devices, _sinks, Mirrors, Writes, new QuestionRegistry(time)) { Lease = lease };
        Recipes = new RecipeManager(NewBuilder(model, plugins), Outputs, time, log);
        OpenQueue(model);
        _sinks.Replace([.. model.Sinks.Select(NewSink)]);
    }

    /// <summary>The site as it runs; settings that apply until the host ends are those of its start.</summary>
    public SiteModel Model { get; set; }

    /// <summary>Why the last edit of site.toml was rolled back; null when it was not.</summary>
    public string? RolledBackReason { get; set; }

    /// <summary>Why the last edit of site.toml is not applied: its first error; null when it has none.</summary>
    public string? RejectedReason { get; set; }

    /// <summary>Why the site does not run as site.toml was edited last; null when it does.</summary>
    public string? NotAsEditedReason => RejectedReason ?? RolledBackReason;

    /// <summary>How the last edits of site.toml ended.</summary>
    public ReloadHistory Reloads { get; }

    /// <summary>The plugins of the host and of the site; owned by SiteHost.</summary>
    public PluginCatalog Catalog { get; }

    /// <summary>Opens drivers and sinks with the settings of the site.</summary>
    public PluginFactory Plugins { get; set; }

    public RecipeSources Files { get; }

    public IReadOnlyList<DeviceSupervisor> Devices => _devices;

    public IReadOnlyList<SinkSupervisor> Sinks => _sinks;

    /// <summary>Sinks that a reload has removed from the site and not closed yet.</summary>
    public List<SinkSupervisor> RemovedSinks { get; } = [];

    /// <summary>The site's queue; null until a sink has one.</summary>
    public DiskQueue? Queue => Outputs.Queue;

    public MirrorRegistry Mirrors { get; }

    public WriteService Writes { get; }

    public OutputTargets Outputs { get; }

    public RecipeManager Recipes { get; }

    /// <summary>Returns the parts that run now. Any thread may call it.</summary>
    public SiteSnapshot Snapshot() => SiteSnapshot.From(
        Model,
        from slot in Recipes.Slots
        let running = slot.Current
        where running is not null
        select RecipeSnapshot.From(slot.File, running.Compiled.Meaning, running.Loaded.Plan) with { Refused = slot.Rejected })
        with { RolledBackReason = RolledBackReason };

    /// <summary>Creates a builder of recipes for this or another site.toml, with the tags that the devices have then.</summary>
    public RecipeBuilder NewBuilder(SiteModel model, PluginFactory plugins)
    {
        var tags = model.Devices.ToDictionary(d => d.Name, TagsFor);
        return new RecipeBuilder(model, Files.For(model), tags, new BlockCheck(model, Catalog, plugins), _compiler, _time, _status,
            new AnswerCheck(model, Catalog, plugins).WhyNotAsked);
    }

    /// <summary>Opens the queue when the site needs one and has none.</summary>
    /// <exception cref="QueueLockedException">Another process has the queue.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public void OpenQueue(SiteModel model)
    {
        if (Queue is not null || QueuesOf(model) is not { Count: > 0 } queues) return;
        var folder = new QueueFolder(model.DataFolder, MachineName.Read());
        var queue = new DiskQueue(folder, queues, _time, _log, model.Limits.MinCommitGap);
        queue.RoomMade += Recipes.Wake;
        Outputs.Queue = queue;
    }

    /// <summary>Returns the queue limits of each sink that has a queue.</summary>
    public static Dictionary<string, QueueLimits> QueuesOf(SiteModel model) =>
        model.Sinks.Where(s => s.Delivery == DeliveryKind.Queued).ToDictionary(s => s.Name, s => LimitsFrom(s.Queue));

    private static QueueLimits LimitsFrom(QueueOptions options) => new()
    {
        MaxSize = options.MaxSize,
        MaxAge = options.MaxAge,
        Overflow = options.WhenFull == WhenFull.Block ? OverflowPolicy.Block : OverflowPolicy.DropOldest,
    };

    public DeviceSupervisor NewDevice(DeviceModel model) =>
        new(model, Model.PlantId, Model.Limits.RecipeQueue, _time, _log) { WhyNoWrites = _whyNoWrites };

    public SinkSupervisor NewSink(SinkModel model) =>
        new(model, model.Delivery == DeliveryKind.Queued ? Queue : null, Outputs.Questions, NextJitter, _time, _log) { Lease = _lease };

    public void Replace(IReadOnlyList<DeviceSupervisor> devices) => _devices.Replace(devices);

    public void Replace(IReadOnlyList<SinkSupervisor> sinks) => _sinks.Replace(sinks);

    public void Start(DeviceSupervisor device)
    {
        var problems = new List<Problem>();
        if (Catalog.Driver(device.Model.Driver) is not { } plugin) device.SetWaiting($"no plugin has the driver {device.Model.Driver} yet");
        else if (Catalog.WhySuspended(plugin) is { } reason) device.Park(reason);
        else if (Plugins.Driver(device.Model, plugin, problems) is { } open) device.Start(open);
        else device.Park(string.Join("; ", problems));
    }

    public void Start(SinkSupervisor sink)
    {
        var problems = new List<Problem>();
        if (Catalog.Sink(sink.Model.Sink) is not { } plugin) sink.SetWaiting($"no plugin has the sink {sink.Model.Sink} yet");
        else if (Catalog.WhySuspended(plugin) is { } reason) sink.Park(reason);
        else if (Plugins.Sink(sink.Model, plugin, problems) is { } open) sink.Start(open);
        else sink.Park(string.Join("; ", problems));
    }

    /// <summary>Waits up to a second until the waiting records of recipes are committed to the disk queue.</summary>
    public async Task FlushAsync()
    {
        var flushed = (Queue?.FlushAsync() ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(1), _time);
        await flushed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Logs the account of a sink that has stopped, and disposes of it.</summary>
    public void Close(SinkSupervisor sink)
    {
        var counts = sink.Counts;
        _log.Info($"END sink={sink.Name} produced={counts.Produced} delivered={counts.Delivered} waiting={counts.Waiting} "
            + $"deadlettered={counts.DeadLettered} lost={counts.Lost}");
        sink.Dispose();
    }

    /// <summary>Warns about records that wait for a sink which site.toml does not declare any more.</summary>
    public void WarnAboutOrphanedQueues()
    {
        var names = QueuesOf(Model).Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var orphan in (Queue?.Accounts ?? []).Where(a => a.Waiting > 0 && !names.Contains(a.Sink)).GroupBy(a => a.Sink))
        {
            _log.Warn($"WAITING sink={orphan.Key} records={orphan.Sum(a => a.Waiting)} reason=\"site.toml has no such sink with a queue any more\" "
                + $"next=\"they are delivered when it is back, or move them: plant queue move; they expire after {new QueueLimits().MaxAge.TotalDays:0} days\"");
        }
    }

    /// <summary>Returns the tags of a device for another model: the existing ones while they are the same.</summary>
    private IReadOnlyList<Tag> TagsFor(DeviceModel model) =>
        _devices.FirstOrDefault(d => d.Name == model.Name)?.TagsFor(model) ?? model.CreateTags();

    private double NextJitter()
    {
        lock (_jitter) return _jitter.NextDouble();
    }
}
