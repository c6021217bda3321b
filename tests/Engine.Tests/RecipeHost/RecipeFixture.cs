using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Engine.Tests.Sinks;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>
/// The recipes of a real folder with the real compiler, on virtual time. Scans of the device <c>line</c> come when a test publishes them,
/// and records to the sink <c>lines</c> are kept as text.
/// </summary>
internal sealed class RecipeFixture : IAsyncDisposable, IBlockCheck
{
    public const string File = "recipes/line.csx";

    private readonly ScriptedSink _sink = new();
    private readonly PlantLog _log;
    private readonly DeviceSupervisor _device;
    private readonly ScanGroup _group;
    private readonly SinkSupervisor _out;
    private readonly SinkSupervisor? _service;
    private readonly TemporaryFolder _queueFolder = new();
    private readonly DiskQueue? _queue;
    private readonly AuditLog _audit;
    private readonly RecipeCompiler _compiler;
    private long _taken;

    public RecipeFixture(TemporaryFolder folder, ManualTimeProvider time, string watch = "30s", Func<long>? freeMemory = null,
        AnsweringSink? service = null)
    {
        (Folder, Time) = (folder, time);
        System.IO.File.WriteAllText(folder.Of("site.toml"), $"""
            [site]
            name = "fixture"
            [limits]
            recipe_watch = "{watch}"
            [devices.line]
            driver = "script"
            poll = "1s"
            tags = {"{ speed = \"a\", running = \"b\" }"}
            [sinks.lines]
            sink = "script"
            delivery = "direct"

            """ + (service is null ? "" : """
            [sinks.service]
            sink = "script"
            """));
        Directory.CreateDirectory(folder.Of("recipes"));
        _log = Log.Open(TimeProvider.System, LogLevel.Debug);
        var (site, problems) = SiteFile.Load(folder.Path, _ => null);
        Assert.Empty(problems);
        _device = new DeviceSupervisor(site!.Devices[0], 1, 64, time, _log);
        _group = new ScanGroup(site.Devices[0].Tags.Zip(_device.Tags), TimeSpan.FromSeconds(1));
        var questions = new QuestionRegistry(time);
        questions.SetComplete();
        _out = new SinkSupervisor(site.Sinks[0], null, questions, () => 0.5, TimeProvider.System, _log);
        _out.Start(() => _sink);
        _audit = new AuditLog(folder.Path, 1 << 20, 1, time, _log);
        var sinks = new SnapshotList<SinkSupervisor>([_out]);
        var outputs = new OutputTargets([_device], sinks, new MirrorRegistry([_device], time, _log),
            new WriteService(site, [_device], _audit, time, _log), questions);
        if (service is not null)
        {
            _queue = new DiskQueue(new QueueFolder(_queueFolder.Path), new Dictionary<string, QueueLimits> { ["service"] = new() },
                TimeProvider.System, _log);
            outputs.Queue = _queue;
            _service = new SinkSupervisor(site.Sinks[1], _queue, questions, () => 0.5, TimeProvider.System, _log);
            _service.Start(() => service);
            sinks.Replace([_out, _service]);
        }

        _compiler = new RecipeCompiler(folder.Of("data", "recipes"), TimeProvider.System, SharedCompiler.Path, freeMemory);
        var tags = new Dictionary<string, IReadOnlyList<Tag>> { ["line"] = _device.Tags };
        Manager = new RecipeManager(new RecipeBuilder(site, new RecipeSources(site, folder.Of("shared")), tags, this, _compiler, time),
            outputs, time, _log);
    }

    public TemporaryFolder Folder { get; }

    public ManualTimeProvider Time { get; }

    public LogLines Log { get; } = new();

    public PlantLog PlantLog => _log;

    public RecipeManager Manager { get; }

    public RecipeSlot Slot => Manager.Slots.Single();

    /// <summary>Path of the recipe's state file.</summary>
    public string StateFile => Folder.Of("data", "state", File + ".state");

    public void Write(string text, string file = File) => System.IO.File.WriteAllText(Folder.Of(file), text);

    /// <summary>Saves the recipe and polls until the change has settled.</summary>
    public async Task SaveAsync(string text)
    {
        Write(text);
        await SettleAsync();
    }

    public Task PollAsync() => Manager.PollAsync(CancellationToken.None);

    /// <summary>Polls twice, after which a change has settled.</summary>
    public async Task SettleAsync()
    {
        await PollAsync();
        await PollAsync();
    }

    /// <summary>Publishes a scan of the line.</summary>
    public void Scan(double speed, bool running = true)
    {
        Sample[] samples =
        [
            new() { Tag = _device.Tags[0], Value = speed, Time = Time.GetUtcNow().UtcDateTime },
            new() { Tag = _device.Tags[1], Value = running, Time = Time.GetUtcNow().UtcDateTime },
        ];
        _device.Publish(_group, new ScanInfo(0, Time.GetUtcNow().UtcDateTime, Time.GetTimestamp(), null), samples, TimeSpan.Zero);
    }

    /// <summary>Returns the next record that the sink received.</summary>
    public async Task<string> NextAsync()
    {
        await UntilAsync(() => _sink.Stored.Count > _taken);
        return _sink.Stored[(int)_taken++];
    }

    /// <summary>Waits for a condition that another thread makes true.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            if (patience.IsCancellationRequested) Assert.Fail($"out: {string.Join(' ', _sink.Stored)}\n{string.Join('\n', Log.All)}");
            await Task.Delay(1);
        }
    }

    public int Count(string words) => Log.All.Count(l => words.Split(' ').All(w => l.Contains(w, StringComparison.Ordinal)));

    string? IBlockCheck.Check(string device, string address, int bytes, bool isWritten) => null;

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        await _compiler.DisposeAsync();
        if (_service is not null) await _service.StopAsync(TimeSpan.FromSeconds(2));
        _queue?.Dispose();
        _service?.Dispose();
        _queueFolder.Dispose();
        await _out.StopAsync(TimeSpan.FromSeconds(2));
        _out.Dispose();
        await _audit.DisposeAsync();
        _log.Dispose();
    }
}
