using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Devices.Writing;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Tests.Delivery;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Tests.Recipes;

/// <summary>
/// The recipes of a real folder with the real compiler, on virtual time; scans of the device <c>line</c> come when a test says so, and what
/// the recipes send to <c>lines</c> is text.
/// </summary>
internal sealed class RecipeBench : IAsyncDisposable, IBlockCheck
{
    public const string File = "recipes/line.csx";

    private readonly ScriptedSink _sink = new();
    private readonly PlantLog _log;
    private readonly DeviceRunner _device;
    private readonly ScanGroup _group;
    private readonly SinkRunner _out;
    private readonly AuditLog _audit;
    private readonly RecipeCompiler _compiler;
    private long _taken;

    public RecipeBench(TemporaryFolder folder, ManualTimeProvider time, string watch = "30s")
    {
        (Folder, Time) = (folder, time);
        System.IO.File.WriteAllText(folder.Of("site.toml"), $"""
            [site]
            name = "bench"
            [limits]
            recipe_watch = "{watch}"
            [devices.line]
            driver = "script"
            poll = "1s"
            tags = {"{ speed = \"a\", running = \"b\" }"}
            [sinks.lines]
            sink = "script"
            delivery = "direct"
            """);
        Directory.CreateDirectory(folder.Of("recipes"));
        _log = new PlantLog(TimeProvider.System, LogLevel.Debug, Log);
        var (site, problems) = SiteFile.Load(folder.Path, _ => null);
        Assert.Empty(problems);
        _device = new DeviceRunner(site!.Devices[0], 1, 64, time, _log);
        _group = new ScanGroup(site.Devices[0].Tags.Zip(_device.Tags), TimeSpan.FromSeconds(1), time);
        _out = new SinkRunner(site.Sinks[0], null, () => 0.5, TimeProvider.System, _log);
        _out.Start(() => _sink);
        _audit = new AuditLog(folder.Path, 1 << 20, 1, time, _log);
        var outputs = new RecipeOutputs([_out], new MirrorBook([_device], time, _log), new SiteWrites(site, [_device], _audit, time, _log));
        var compiler = Path.Combine(PlantProcess.Folder, "compiler", "plant-compiler.dll");
        _compiler = new RecipeCompiler(folder.Of("data", "recipes"), TimeProvider.System, compiler);
        var tags = new Dictionary<string, IReadOnlyList<Tag>> { ["line"] = _device.Tags };
        Book = new RecipeBook(new RecipeMaker(site, new RecipeFiles(site, folder.Of("shared")), tags, this, _compiler, time), [_device], outputs, time, _log);
    }

    public TemporaryFolder Folder { get; }

    public ManualTimeProvider Time { get; }

    public LogLines Log { get; } = new();

    public PlantLog PlantLog => _log;

    public RecipeBook Book { get; }

    public RecipeEntry Entry => Book.Entries.Single();

    /// <summary>Where the recipe's state is kept.</summary>
    public string StateFile => Folder.Of("data", "state", File + ".state");

    public void Write(string text, string file = File) => System.IO.File.WriteAllText(Folder.Of(file), text);

    /// <summary>Saves the recipe and lets the host see it.</summary>
    public async Task TakeAsync(string text)
    {
        Write(text);
        await SettleAsync();
    }

    public Task LookAsync() => Book.LookAsync(CancellationToken.None);

    /// <summary>Two looks at the folder.</summary>
    public async Task SettleAsync()
    {
        await LookAsync();
        await LookAsync();
    }

    /// <summary>A scan of the line, now.</summary>
    public void Scan(double speed, bool running = true)
    {
        Sample[] samples =
        [
            new() { Tag = _device.Tags[0], Value = speed, Time = Time.GetUtcNow().UtcDateTime },
            new() { Tag = _device.Tags[1], Value = running, Time = Time.GetUtcNow().UtcDateTime },
        ];
        _device.Received(_group, new ScanHeader(0, Time.GetUtcNow().UtcDateTime, Time.GetTimestamp(), null), samples);
    }

    /// <summary>The next record that came out.</summary>
    public async Task<string> NextAsync()
    {
        await UntilAsync(() => _sink.Stored.Count > _taken);
        return _sink.Stored[(int)_taken++];
    }

    /// <summary>Waits for what another thread does.</summary>
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
        await Book.DisposeAsync();
        await _compiler.DisposeAsync();
        await _out.StopAsync(TimeSpan.FromSeconds(2));
        _out.Dispose();
        await _audit.DisposeAsync();
        _log.Dispose();
    }
}
