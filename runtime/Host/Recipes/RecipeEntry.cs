using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Recipes;

/// <summary>
/// One recipe file: what of it runs, and what is wrong with the file as it is now. A new version takes over between two scans, or not at
/// all.
/// </summary>
internal sealed class RecipeEntry(
    string file, RecipeLoader loader, Departures departures, IReadOnlyList<DeviceRunner> devices, RecipeOutputs outputs, LimitOptions limits,
    string siteFolder, TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(1);
    private readonly LogLimit _faultLimit = new(time, TimeSpan.FromSeconds(10));
    private string? _compiledPath;
    private RecipeRunner? _runner;
    private RecipeAssembly? _assembly;
    private IReadOnlyList<BlockScans> _blocks = [];
    private long _faults;

    /// <summary>Path from the site folder.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong with the file as it is now; what ran before it runs on.</summary>
    public IReadOnlyList<Problem> Problems { get; private set; } = [];

    public RecipeState State => _runner is null ? RecipeState.Failed : _runner.Stopped is null ? RecipeState.Running : RecipeState.Stopped;

    public string? Reason => _runner?.Stopped ?? Problems.FirstOrDefault()?.ToString();

    /// <summary>Exceptions that the recipe's lambdas have thrown.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Scans that the recipe was too slow to take.</summary>
    public long Lost => _runner is { } r ? r.Inboxes.Values.Sum(i => i.Lost) + r.BlockInboxes.Sum(b => b.Inbox.Lost) : 0;

    public int Version { get; private set; }

    /// <summary>What the file and all that it loads was when it was last taken; null before.</summary>
    public string? Key { get; private set; }

    /// <summary>Takes a result of the compiler: swaps to it, or stays and says why.</summary>
    public async Task TakeAsync(string key, CompiledRecipe compiled)
    {
        Key = key;
        if (compiled.AssemblyPath is { } path && path == _compiledPath)
        {
            Problems = [];
            log.Info($"RECIPE name={File} state={State} version={Version} is again as it runs");
            return;
        }

        var problems = new List<Problem>(compiled.Problems);
        var warnings = new List<Problem>(compiled.Warnings);
        var loaded = problems.Count > 0 ? null : await loader.LoadAsync(compiled, OnFault, problems, warnings).ConfigureAwait(false);
        Problems = problems;
        foreach (var warning in warnings) log.Warn($"RECIPE name={File} {warning.At}: warning: {warning.Message}");
        if (loaded is null)
        {
            foreach (var problem in problems) log.Error($"RECIPE name={File} {problem}");
            var next = _runner is null ? "correct it: it starts when it is saved" : "the version before runs on";
            log.Error($"RECIPE name={File} state={State} errors={problems.Count} next=\"{next}\"");
            return;
        }

        await SwapAsync(loaded).ConfigureAwait(false);
        _compiledPath = compiled.AssemblyPath;
        log.Info($"RECIPE name={File} state=Running version={Version} devices={string.Join(',', loaded.Plan.Sources.Keys)} routes={loaded.Plan.Routes.Count}"
            + (loaded.Plan.Mirrors.Count > 0 ? $" mirrors={loaded.Plan.Mirrors.Count}" : ""));
    }

    /// <summary>Stops the recipe for good: its file is gone, or the host ends. What waits for it is run first.</summary>
    public async Task StopAsync()
    {
        outputs.Mirrors.Take(File, []);
        if (_runner is { } runner) await RetireAsync(runner, _assembly!, s_patienceAtEnd).ConfigureAwait(false);
        _runner = null;
        _assembly = null;
    }

    /// <summary>A queue that was full has room.</summary>
    public void Wake() => _runner?.Wake();

    /// <summary>Called from time to time: stops a recipe that has been busy with one scan for too long.</summary>
    public void Watch()
    {
        if (_runner is { } runner && runner.CallTime > limits.RecipeTime)
            runner.Stop($"it was busy with one scan for more than {limits.RecipeTime.TotalSeconds:0.###} s");
    }

    private async Task SwapAsync(LoadedRecipe loaded)
    {
        foreach (var route in loaded.Plan.Routes) route.Output = new RouteOutput(File, [.. outputs.Sinks.Where(s => route.Sinks.Contains(s.Name))], outputs.Queue);
        foreach (var point in loaded.Plan.Writes) point.Output = new RecipeWrite(outputs.Writes, point, siteFolder);
        foreach (var image in loaded.Plan.Images) image.Output = new ImageOutput(image, devices.First(d => d.Name == image.Device), time, log);
        var (old, oldAssembly) = (_runner, _assembly);
        var runner = new RecipeRunner(File, loaded.Plan, loaded.Guard, limits.RecipeQueue, time, log);
        (_runner, _assembly) = (runner, loaded.Assembly);

        // From here on each device tells the new one; the new one begins when the old one has run what it was told before.
        foreach (var device in devices)
            device.Swap(old?.Inboxes.GetValueOrDefault(device.Name), runner.Inboxes.GetValueOrDefault(device.Name));
        if (old is not null) await RetireAsync(old, oldAssembly!, limits.RecipeTime + s_patienceAtEnd).ConfigureAwait(false);
        outputs.Mirrors.Take(File, loaded.Plan.Mirrors);
        if (old is { Ended.IsCompleted: true } && loaded.Plan.CarryFrom(old.Plan) is { IsEmpty: false } carried)
            log.Info($"STATE recipe={File} {carried}");
        Version++;
        runner.Start();
        _blocks = [.. runner.BlockInboxes.Select(b => new BlockScans(b.Decoding, devices.First(d => d.Name == b.Decoding.Device), b.Inbox, time))];
        foreach (var block in _blocks) block.Start();
    }

    private async Task RetireAsync(RecipeRunner runner, RecipeAssembly assembly, TimeSpan patience)
    {
        foreach (var device in devices) device.Swap(runner.Inboxes.GetValueOrDefault(device.Name), null);
        foreach (var block in _blocks) block.Stop();
        runner.Finish();
        try
        {
            await runner.Ended.WaitAsync(patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            runner.Stop("it did not end when it was told to");
            log.Error($"STUCK recipe={File} reason=\"it blocks its thread, which is left behind\"");
        }

        departures.Add($"{File} version={Version}", assembly.Unload());
    }

    private void OnFault(Exception exception)
    {
        Interlocked.Increment(ref _faults);
        if (!_faultLimit.May(out var held)) return;
        var at = RecipePosition.Of(exception, siteFolder, word: null);
        log.Error($"FAULT recipe={File} {at}: {exception.GetType().Name}: {exception.Message}{(held > 0 ? $" unsaid={held}" : "")} next=\"the scan is lost to this branch\"");
    }
}
