using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Devices.Writing;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Reloading;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host;

/// <summary>
/// What a site that runs consists of. A device or sink is here as long as site.toml has it, whatever becomes of its settings; who uses them
/// holds the lists, which change under them.
/// </summary>
internal sealed class RunningSite
{
    private readonly LiveList<DeviceRunner> _devices;
    private readonly LiveList<SinkRunner> _sinks = new([]);
    private readonly RecipeCompiler _compiler;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly Random _chance;

    /// <param name="model">The site, checked.</param>
    /// <param name="plugins">Its plugins, loaded.</param>
    /// <param name="opener">Opens drivers and sinks.</param>
    /// <param name="files">Its recipe files.</param>
    /// <param name="compiler">Compiles recipes.</param>
    /// <param name="audit">Where writes are written down.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where the host speaks.</param>
    public RunningSite(
        SiteModel model, PluginCatalog plugins, Opener opener, RecipeFiles files, RecipeCompiler compiler, AuditLog audit, TimeProvider time,
        PlantLog log)
    {
        (Model, Plugins, Opener, Files) = (model, plugins, opener, files);
        (_compiler, _time, _log) = (compiler, time, log);
        _chance = new Random(HashCode.Combine(model.Folder, time.GetTimestamp()));
        _devices = new LiveList<DeviceRunner>([.. model.Devices.Select(NewDevice)]);
        Mirrors = new MirrorBook(_devices, time, log);
        Writes = new SiteWrites(model, _devices, audit, time, log);
        Outputs = new RecipeOutputs(_sinks, Mirrors, Writes);
        Recipes = new RecipeBook(MakerFor(model, opener), _devices, Outputs, time, log);
        OpenQueue(model);
        _sinks.Replace([.. model.Sinks.Select(NewSink)]);
    }

    /// <summary>The site as it runs: what holds until the host ends is as it was at the start.</summary>
    public SiteModel Model { get; set; }

    /// <summary>What became of the last edit of site.toml, when a recipe failed by it; null otherwise.</summary>
    public string? TakenBack { get; set; }

    public PluginCatalog Plugins { get; }

    public Opener Opener { get; set; }

    public RecipeFiles Files { get; }

    public IReadOnlyList<DeviceRunner> Devices => _devices;

    public IReadOnlyList<SinkRunner> Sinks => _sinks;

    /// <summary>The site's queue; null until a sink has one.</summary>
    public SiteQueue? Queue => Outputs.Queue;

    public MirrorBook Mirrors { get; }

    public SiteWrites Writes { get; }

    public RecipeOutputs Outputs { get; }

    public RecipeBook Recipes { get; }

    /// <summary>What runs now, in words.</summary>
    public SiteInventory Inventory() => SiteInventory.Of(
        Model,
        from entry in Recipes.Entries
        let running = entry.Running
        where running is not null
        select RecipeInventory.Of(entry.File, running.Compiled.Meaning, running.Loaded.Plan) with { Refused = entry.Refused })
        with { TakenBack = TakenBack };

    /// <summary>Makes recipes by this or another site.toml, for devices with the tags that they will have then.</summary>
    public RecipeMaker MakerFor(SiteModel model, Opener opener)
    {
        var tags = model.Devices.ToDictionary(d => d.Name, TagsFor);
        return new RecipeMaker(model, Files.For(model), tags, new BlockCheck(model, Plugins, opener), _compiler, _time);
    }

    /// <summary>Opens the queue when the site needs one and has none.</summary>
    /// <exception cref="QueueLockedException">Another process has the queue.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public void OpenQueue(SiteModel model)
    {
        if (Queue is not null || QueuesOf(model) is not { Count: > 0 } queues) return;
        var queue = new SiteQueue(new QueueFolder(Path.Combine(model.Folder, "data"), MachineName.Read()), queues, _time, _log);
        queue.RoomMade += Recipes.Wake;
        Outputs.Queue = queue;
    }

    /// <summary>What a site says of each sink's queue.</summary>
    public static Dictionary<string, QueueOptions> QueuesOf(SiteModel model) =>
        model.Sinks.Where(s => s.Delivery == DeliveryKind.Queued).ToDictionary(s => s.Name, s => s.Queue);

    public DeviceRunner NewDevice(DeviceModel model) => new(model, Model.PlantId, Model.Limits.RecipeQueue, _time, _log);

    public SinkRunner NewSink(SinkModel model) => new(model, model.Delivery == DeliveryKind.Queued ? Queue : null, Chance, _time, _log);

    public void Replace(IReadOnlyList<DeviceRunner> devices) => _devices.Replace(devices);

    public void Replace(IReadOnlyList<SinkRunner> sinks) => _sinks.Replace(sinks);

    public void Start(DeviceRunner device)
    {
        var problems = new List<Problem>();
        if (Plugins.Driver(device.Model.Driver) is not { } plugin) device.Wait($"no plugin has the driver {device.Model.Driver} yet");
        else if (Opener.Driver(device.Model, plugin, problems) is { } open) device.Start(open);
        else device.Park(string.Join("; ", problems));
    }

    public void Start(SinkRunner sink)
    {
        var problems = new List<Problem>();
        if (Plugins.Sink(sink.Model.Sink) is not { } plugin) sink.Wait($"no plugin has the sink {sink.Model.Sink} yet");
        else if (Opener.Sink(sink.Model, plugin, problems) is { } open) sink.Start(open);
        else sink.Park(string.Join("; ", problems));
    }

    /// <summary>Puts what recipes have handed over on the disk, so that a sink that ends finds it there; for a second at most.</summary>
    public async Task FlushAsync()
    {
        var flushed = (Queue?.FlushAsync() ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(1), _time);
        await flushed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Says what became of a sink's records, and lets go of it.</summary>
    public void End(SinkRunner sink)
    {
        var counts = sink.Counts;
        _log.Info($"END sink={sink.Name} produced={counts.Produced} delivered={counts.Delivered} waiting={counts.Waiting} "
            + $"deadlettered={counts.DeadLettered} lost={counts.Lost}");
        sink.Dispose();
    }

    /// <summary>Records may wait for a sink that site.toml had once: they are kept for its return, and somebody should know.</summary>
    public void NameOrphans()
    {
        var names = QueuesOf(Model).Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var orphan in (Queue?.Accounts ?? []).Where(a => a.Waiting > 0 && !names.Contains(a.Sink)).GroupBy(a => a.Sink))
        {
            _log.Warn($"WAITING sink={orphan.Key} records={orphan.Sum(a => a.Waiting)} reason=\"site.toml has no such sink with a queue any more\" "
                + $"next=\"they are delivered when it is back, and expire after {new QueueOptions().MaxAge.TotalDays:0} days\"");
        }
    }

    /// <summary>The tags of a device by another model: those that it has, as long as they are the same.</summary>
    private IReadOnlyList<Tag> TagsFor(DeviceModel model) =>
        _devices.FirstOrDefault(d => d.Name == model.Name)?.TagsFor(model) ?? model.MakeTags();

    private double Chance()
    {
        lock (_chance) return _chance.NextDouble();
    }
}
