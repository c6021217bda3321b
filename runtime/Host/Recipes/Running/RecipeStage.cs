using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Keeping;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// What of one recipe runs: a version at work and, for a while after it took over, the one before, put by with its state. That one is back
/// when the new one fails: when it was stopped, or throws more than twice as much as the one before did.
/// </summary>
/// <param name="file">The recipe's file.</param>
/// <param name="feed">What it is told.</param>
/// <param name="memory">What it remembers, on disk.</param>
/// <param name="outputs">Where its mirrors are.</param>
/// <param name="departures">Gets versions that are over.</param>
/// <param name="limits">How long a scan may take, and how long a version is watched; to be had as <see cref="Limits"/>.</param>
/// <param name="siteFolder">Places are shown relative to it.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it speaks.</param>
internal sealed partial class RecipeStage(
    string file, RecipeFeed feed, RecipeMemory memory, RecipeOutputs outputs, Departures departures, LimitOptions limits, string siteFolder,
    TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(1);

    /// <summary>Held by who replaces what runs.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private volatile RecipeVersion? _current;
    private volatile RecipeVersion? _before;
    private string? _stopped;
    private int _versions;
    private long _swapped;

    public LimitOptions Limits { get; set; } = limits;

    /// <summary>The version at work.</summary>
    public RecipeVersion? Current => _current;

    /// <summary>Why the version at work was stopped; null while it runs, and where there was none.</summary>
    public string? Stopped => _current is { } current ? current.Runner.Stopped : _stopped;

    /// <summary>Told what was wrong with a version after the one before is back.</summary>
    public required Action<Exception, string> WentBack { get; init; }

    /// <summary>Replaces what runs, between two scans.</summary>
    /// <param name="compiled">What the new version was loaded from.</param>
    /// <param name="loaded">Its code and its plan, with outputs.</param>
    /// <param name="faults">Counts what its lambdas throw.</param>
    /// <param name="isOfSite">True when it was made for another site.toml: the one before comes back with the site alone.</param>
    public async Task SwapAsync(CompiledRecipe compiled, LoadedRecipe loaded, VersionFaults faults, bool isOfSite)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var (old, plan) = (_current, loaded.Plan);
            if (old is not null && plan.WouldCarry(old.Loaded.Plan.Places) is { Dropped.Count: > 0 } loss)
                log.Warn($"STATE recipe={file} {loss.ToString("would_carry")}");
            var isDrained = !feed.CanLead(plan);
            var began = time.GetTimestamp();
            var state = old is null ? null : await HaltAsync(old, Limits.RecipeTime + s_patienceAtEnd, isDrained).ConfigureAwait(false);
            var carried = state is null ? null : plan.Load(state);
            if (state is null) memory.Restore(plan);
            var isWatched = state is not null && old!.Runner.Stopped is null && Limits.RecipeWatch > TimeSpan.Zero;
            if (isWatched) faults.Watch(old!.Faults, Limits.RecipeWatch);
            (_isOfSite, _siteFault) = (isOfSite && isWatched, null);
            var change = await BeginAsync(new RecipeVersion(++_versions, compiled, loaded, faults, Runner(loaded)), began).ConfigureAwait(false);
            if (carried is { IsEmpty: false }) log.Info($"STATE recipe={file} {carried}");
            log.Info($"RECIPE name={file} state=Running version={_versions} devices={string.Join(',', plan.Sources.Keys)} routes={plan.Routes.Count}"
                + (plan.Mirrors.Count > 0 ? $" mirrors={plan.Mirrors.Count}" : "") + (old is null ? "" : change));
            PutBy(isWatched ? old : null);
            if (!isWatched && old is not null) Unload(old);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the recipe: what waits is run first, and what it remembers is kept, or deleted when its file is gone.</summary>
    public async Task EndAsync(bool isGone)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            outputs.Mirrors.Take(file, []);
            if (_current is { } current)
            {
                feed.Stop();
                current.Runner.Finish();
                var hasEnded = await HasEndedAsync(current.Runner, s_patienceAtEnd).ConfigureAwait(false);
                await Task.Yield();
                _current = null;
                feed.Queue.Close();
                if (hasEnded && !isGone) await memory.EndAsync(current.Loaded.Plan.Save()).ConfigureAwait(false);
                PutBy(null);
                Unload(current);
            }

            if (isGone) await memory.ForgetAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Called from time to time: stops a recipe that has been busy with one scan for too long, lets go of the version before when the new one
    /// has proved itself, and keeps what the recipe remembers.
    /// </summary>
    public void Watch()
    {
        if (_current is { } busy && busy.Runner.CallTime > Limits.RecipeTime)
            busy.Runner.Stop($"it was busy with one scan for more than {Limits.RecipeTime.TotalSeconds:0.###} s");
        else if (_current is { Runner.WasDeep: true } deep) deep.Runner.Stop(Guard.Nested);
        if (!_turn.Wait(0)) return;
        try
        {
            if (_current is not { Runner.Stopped: null } current) return;
            if (_before is not null && !_isOfSite && time.GetElapsedTime(_swapped) >= Limits.RecipeWatch) PutBy(null);
            if (_before is null && !_isOfSite) current.Faults.Accept();
            memory.Look(current.Runner);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A version has thrown too much, says its own thread.</summary>
    public void Refuse(VersionFaults faults, Exception exception)
    {
        if (_current is not { } current || current.Faults != faults) return;
        if (_isOfSite)
        {
            // It goes on until the site is back. That a device with other settings did not answer is no reason for that.
            if (!current.Runner.IsOnFailedScan) _siteFault ??= exception;
            return;
        }

        current.Runner.Halt();
        _ = Task.Run(() => GoBackAsync(current.Runner, exception));
    }

    private RecipeRunner Runner(LoadedRecipe loaded) => new(file, loaded, feed.Queue, OnStopped, time);

    private void OnStopped(RecipeRunner runner, Exception exception)
    {
        var next = _current?.Runner != runner || (_before is null && !_isOfSite) ? "edit the recipe; all else runs on"
            : _isOfSite ? "site.toml as it was comes back" : "the version before comes back";
        var at = RecipePosition.Of(exception, siteFolder, word: null);
        log.Error($"STOPPED recipe={file} reason=\"{VersionFaults.Words(exception)}\"{(at.Line > 0 ? $" at={at}" : "")} next=\"{next}\"");
        _ = Task.Run(() => GoBackAsync(runner, exception));
    }

    private async Task GoBackAsync(RecipeRunner failed, Exception exception)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_current is not { } current || current.Runner != failed) return;
            var before = _before;
            if (_isOfSite) _siteFault ??= exception;
            if (_isOfSite && before is not null) return;
            if (before is null && failed.Stopped is not null)
            {
                feed.Queue.Close();
                if (current.Loaded.Guard.IsGreedy) LetGo(current);
                return;
            }

            // It threw while its watch ended: then it goes on.
            var change = await ResumeAsync(current, before ?? current).ConfigureAwait(false);
            if (before is null) return;
            log.Error($"BACK recipe={file} version={before.Number} failed={current.Number} reason=\"{VersionFaults.Words(exception)}\"{change} "
                + "next=\"edit the file: as it is now it is not tried again\"");
            WentBack(exception, $"version {before.Number} is back");
        }
        catch (Exception bug)
        {
            log.Error($"BUG in=\"{file}\" reason=\"{bug}\"");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets a version that was put by, or halted, go on where the one at work ends.</summary>
    private async Task<string> ResumeAsync(RecipeVersion current, RecipeVersion before)
    {
        var began = time.GetTimestamp();
        var isDrained = current.Runner.Stopped is null && !feed.CanLead(before.Loaded.Plan);

        // What was told since the swap is not told again; from a version that hangs nothing is to be had.
        if (await HaltAsync(current, s_patienceAtEnd, isDrained).ConfigureAwait(false) is { } learned) before.Loaded.Plan.Load(learned);
        before.Faults.Accept();
        var change = await BeginAsync(before with { Runner = Runner(before.Loaded) }, began).ConfigureAwait(false);
        _before = null;
        if (before != current) Unload(current);
        return change;
    }

    /// <summary>Starts a version where another has ended. The mirrors of both run on.</summary>
    /// <returns>For the log: the last scan of the one before, and the time from its end to now.</returns>
    private async Task<string> BeginAsync(RecipeVersion next, long began)
    {
        var last = feed.LastRuns();
        _current = next;
        feed.Lead(next.Loaded.Plan);
        next.Runner.Start();
        var pause = time.GetElapsedTime(began);
        await Task.Yield();
        _swapped = time.GetTimestamp();
        outputs.Mirrors.Take(file, next.Loaded.Plan.Mirrors);
        return FormattableString.Invariant($" {RecipeFeed.Words(last)} pause={pause.TotalMilliseconds:0.0}ms");
    }

    /// <summary>Ends a version before its next scan.</summary>
    /// <param name="version">The version.</param>
    /// <param name="patience">How long that may take.</param>
    /// <param name="isDrained">True when it runs first what waits: nobody else can.</param>
    /// <returns>What it remembers; null when it did not end.</returns>
    private async Task<PlanState?> HaltAsync(RecipeVersion version, TimeSpan patience, bool isDrained = false)
    {
        if (isDrained) version.Runner.Finish();
        else version.Runner.Halt();
        return await HasEndedAsync(version.Runner, patience).ConfigureAwait(false) ? version.Loaded.Plan.Save() : null;
    }

    private async Task<bool> HasEndedAsync(RecipeRunner runner, TimeSpan patience)
    {
        await runner.Ended.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (runner.Ended.IsCompleted) return true;
        runner.Stop("it did not end when it was told to");
        return false;
    }

    /// <summary>What a version keeps comes back only when nothing refers to it.</summary>
    private void LetGo(RecipeVersion version)
    {
        feed.Forget();
        _stopped = version.Runner.Stopped;
        _current = null;
        Unload(version);
    }

    /// <summary>Puts a version by, in place of the one that was put by before.</summary>
    private void PutBy(RecipeVersion? version)
    {
        if (_before is { } older) Unload(older);
        _before = version;
    }

    private void Unload(RecipeVersion version) => departures.Add($"{file} version={version.Number}", version.Loaded.Assembly.Unload());
}
