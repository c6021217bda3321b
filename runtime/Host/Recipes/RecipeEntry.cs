using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Keeping;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes;

/// <summary>
/// One recipe file: what of it runs, and what is wrong with the file as it is now. A new version takes over between two scans, or not at
/// all.
/// </summary>
internal sealed class RecipeEntry
{
    private RecipeLoader _loader;
    private readonly RecipeOutputs _outputs;
    private readonly IReadOnlyList<DeviceRunner> _devices;
    private readonly RecipeFeed _feed;
    private readonly RecipeStage _stage;
    private readonly string _siteFolder;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _faultLimit;
    private VersionFaults? _nextFaults;
    private string? _taken;
    private string? _keyBefore;
    private long _faults;

    public RecipeEntry(
        string file, RecipeLoader loader, Departures departures, IReadOnlyList<DeviceRunner> devices, RecipeOutputs outputs, StateFolder states,
        LimitOptions limits, string siteFolder, TimeProvider time, PlantLog log)
    {
        File = file;
        _loader = loader;
        _devices = devices;
        _outputs = outputs;
        _siteFolder = siteFolder;
        _time = time;
        _log = log;
        _faultLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _feed = new RecipeFeed(devices, limits.RecipeQueue, time);
        _stage = new RecipeStage(file, _feed, new RecipeMemory(file, states, time, log), outputs, departures, limits, siteFolder, time, log) { WentBack = OnWentBack };
    }

    /// <summary>Path from the site folder.</summary>
    public string File { get; }

    /// <summary>What is wrong with the file as it is now; what ran before it runs on.</summary>
    public IReadOnlyList<Problem> Problems { get; private set; } = [];

    public RecipeState State =>
        _stage.Stopped is not null ? RecipeState.Stopped : _stage.Current is null ? RecipeState.Failed : RecipeState.Running;

    public string? Reason => _stage.Stopped ?? Problems.FirstOrDefault()?.ToString();

    /// <summary>Exceptions that the recipe's lambdas have thrown.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Scans that the recipe was too slow to take.</summary>
    public long Lost => _feed.Lost;

    /// <summary>Number of the version that runs; 0 when none does.</summary>
    public int Version => _stage.Current?.Number ?? 0;

    /// <summary>The version that runs; null when none does.</summary>
    public RecipeVersion? Running => _stage.Current;

    /// <summary>Bytes that the version that runs has allocated since it started.</summary>
    public long Allocated => _stage.Current?.Loaded.Guard.Allocated ?? 0;

    /// <summary>What the file and all that it loads was when it was last taken; null before.</summary>
    public string? Key { get; private set; }

    /// <summary>The meaning of a version that failed, after which the one before was back: it is not tried again.</summary>
    public string? Refused { get; private set; }

    /// <summary>What this recipe failed by since another site.toml was taken, and why that is to be taken back; null while it does not.</summary>
    public Problem? SiteFault => _stage.SiteFault is { } fault ? new Problem(Place(fault), VersionFaults.Words(fault)) : null;

    /// <summary>From now on versions are loaded and run as another site.toml says.</summary>
    public void MoveTo(RecipeLoader loader, LimitOptions limits)
    {
        _loader = loader;
        _feed.Capacity = limits.RecipeQueue;
        _stage.Limits = limits;
    }

    /// <summary>The version that runs is not watched any more.</summary>
    public Task AcceptAsync(bool isOfSiteOnly) => _stage.AcceptAsync(isOfSiteOnly);

    /// <summary>Goes back to the version that ran before another site.toml was taken.</summary>
    /// <returns>False when that is not at hand.</returns>
    public async Task<bool> ReturnAsync(int version)
    {
        var (fault, key) = (SiteFault, Version == version ? Key : _keyBefore);
        if (!await _stage.ReturnAsync(version, Connect).ConfigureAwait(false)) return false;
        Key = key;
        Problems = fault is null ? [] : [fault];
        return true;
    }

    /// <summary>Whom to tell of every exception of the lambdas of the next version.</summary>
    public Action<Exception> NewFaults()
    {
        var faults = _nextFaults = new VersionFaults(_time);
        return exception => OnFault(faults, exception);
    }

    /// <summary>Takes a result of the compiler: swaps to it, or stays and says why.</summary>
    /// <param name="key">What the file is now.</param>
    /// <param name="compiled">What the compiler made of it.</param>
    public async Task TakeAsync(string key, CompiledRecipe compiled)
    {
        Key = key;
        if (compiled.AssemblyPath is { } path && path == _stage.Current?.Compiled.AssemblyPath)
        {
            Problems = [];
            _log.Info($"RECIPE name={File} state={State} version={Version} is again as it runs");
            return;
        }

        var problems = new List<Problem>(compiled.Problems);
        var warnings = new List<Problem>(compiled.Warnings);
        var loaded = problems.Count > 0
            ? null
            : await _loader.LoadAsync(File, compiled, NewFaults(), problems, warnings).ConfigureAwait(false);
        foreach (var warning in warnings) _log.Warn($"RECIPE name={File} {warning.At}: warning: {warning.Message}");
        Problems = problems;
        if (loaded is null)
        {
            foreach (var problem in problems) _log.Error($"RECIPE name={File} {problem}");
            var next = _stage.Current is null ? "correct it: it starts when it is saved" : "the version before runs on";
            _log.Error($"RECIPE name={File} state={State} errors={problems.Count} next=\"{next}\"");
            return;
        }

        await SwapAsync(compiled, loaded, isOfSite: false).ConfigureAwait(false);
    }

    /// <summary>The version that runs, where another site.toml makes no other of the file; null when that has to be tried.</summary>
    public MadeRecipe? AsItRuns(RecipeMaker maker)
    {
        if (Running is not { } running) return null;
        try
        {
            var (key, meaning, _) = maker.Snapshot(File);
            if (meaning != running.Compiled.Meaning && meaning != Refused) return null;
            return new MadeRecipe(File, key, running.Compiled, running.Loaded, [], []) { IsAtWork = true };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Swaps to a version that was made for another site.toml: the way back is that of the whole site.</summary>
    public async Task TakeAsync(MadeRecipe made)
    {
        (_keyBefore, Key, Problems) = (Key, made.Key, []);
        foreach (var warning in made.Warnings) _log.Warn($"RECIPE name={File} {warning.At}: warning: {warning.Message}");
        await SwapAsync(made.Compiled, made.Loaded!, isOfSite: true).ConfigureAwait(false);
    }

    /// <summary>Stays as it runs: made for another site.toml it would mean the same.</summary>
    /// <param name="made">What it would be.</param>
    /// <param name="isWatched">True when it is watched all the same, because its devices began anew.</param>
    public async Task KeepAsync(MadeRecipe made, bool isWatched)
    {
        Key = made.Key;
        if (!made.IsAtWork || Refused is null) Problems = [];
        made.Discard();
        if (isWatched) await _stage.WatchWithSiteAsync().ConfigureAwait(false);
    }

    /// <summary>The host ends.</summary>
    public Task StopAsync() => _stage.EndAsync(isGone: false);

    /// <summary>The file is gone.</summary>
    public Task RemoveAsync() => _stage.EndAsync(isGone: true);

    /// <summary>A queue that was full has room.</summary>
    public void Wake() => _stage.Current?.Runner.Wake();

    /// <summary>Called from time to time.</summary>
    public void Watch() => _stage.Watch();

    /// <summary>Stops the recipe because of its memory.</summary>
    public void StopGreedy(string reason) => _stage.Current?.Runner.StopGreedy(reason);

    private async Task SwapAsync(CompiledRecipe compiled, LoadedRecipe loaded, bool isOfSite)
    {
        Connect(loaded);
        (_taken, Refused) = (compiled.Meaning, null);
        await _stage.SwapAsync(compiled, loaded, _nextFaults!, isOfSite).ConfigureAwait(false);
    }

    /// <summary>Leads what a version makes to the sinks and devices as they are now.</summary>
    private void Connect(LoadedRecipe loaded)
    {
        var host = new HostSide(loaded.Guard);
        foreach (var route in loaded.Plan.Routes)
            route.Output = host.Of(new RouteOutput(File, [.. _outputs.Sinks.Where(s => route.Sinks.Contains(s.Name))], _outputs.Queue));
        foreach (var point in loaded.Plan.Writes) point.Output = host.Of(new RecipeWrite(_outputs.Writes, point, _siteFolder));
        foreach (var image in loaded.Plan.Images)
            image.Output = host.Of(new ImageOutput(image, _devices.First(d => d.Name == image.Device), _time, _log));
    }

    private void OnFault(VersionFaults faults, Exception exception)
    {
        Interlocked.Increment(ref _faults);
        if (_faultLimit.May(out var held))
        {
            _log.Error($"FAULT recipe={File} {Place(exception)}: {VersionFaults.Words(exception)}{(held > 0 ? $" unsaid={held}" : "")} "
                + "next=\"the scan is lost to this branch\"");
        }

        // What a device did not send is not the recipe's fault.
        if (exception is not IncompleteGroupException && faults.Add()) _stage.Refuse(faults, exception);
    }

    private void OnWentBack(Exception exception, string instead)
    {
        Refused = _taken;
        Problems = [new Problem(Place(exception), $"{VersionFaults.Words(exception)} ({instead})")];
        _log.Error($"RECIPE name={File} {Problems[0]}");
    }

    private Position Place(Exception exception) =>
        RecipePosition.Of(exception, _siteFolder, word: null) is { Line: > 0 } at ? at : new Position(File, 0, 0);
}
