using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.State;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Contains all transitions of a slot between the states of <see cref="SlotState"/>. Each runs under the gate, one at a time.
/// </summary>
internal sealed partial class RecipeSlot
{
    /// <summary>Running, Watched → WatchedBySite, for a version whose devices start again with other settings.</summary>
    public Task WatchBySiteAsync() => TransitAsync(() =>
    {
        if (_current is not { Runner.Stopped: null } current || Limits.RecipeWatch == TimeSpan.Zero) return;
        current.Faults.SetQuota(current.Faults, Limits.RecipeWatch);
        _state = SlotState.WatchedBySite;
    });

    /// <summary>
    /// Watched, WatchedBySite → Running, or → Stopped when the version was stopped meanwhile. Unloads the version before.
    /// </summary>
    /// <param name="watch">The only state that ends; null ends both.</param>
    public Task EndWatchAsync(SlotState? watch = null) => TransitAsync(() =>
    {
        if (watch is { } only && _state != only && _siteFault is null) return;
        _siteFault = null;
        KeepForRollback(null);
        _current?.Faults.RemoveQuota();
        if (StopReason is not null) CloseQueue();
        if (_current is { } current) _state = current.Runner.Stopped is null ? SlotState.Running : SlotState.Stopped;
    });

    /// <summary>WatchedBySite → Running: goes back to the version that ran before a site reload; one that ran through it runs on.</summary>
    /// <param name="version">Number of that version.</param>
    /// <returns>False when that version is no longer kept, or was stopped itself.</returns>
    public async Task<bool> RollBackWithSiteAsync(int version)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            var (fault, key) = (SiteFault, Version == version ? Key : _keyBeforeReload);
            _siteFault = null;
            if (_current is not { } current) return false;
            current.Faults.RemoveQuota();
            LogFields? change = null;
            if (current.Number == version)
            {
                _state = current.Runner.Stopped is null ? SlotState.Running : SlotState.Stopped;
                if (_state == SlotState.Stopped) return false;
            }
            else
            {
                if (_previous is not { } previous || previous.Number != version) return false;
                _outputs.Connect(File, previous.Loaded, _site.Folder, _time, _log);
                change = await ResumeAsync(current, previous).ConfigureAwait(false);
            }

            Key = key;
            Problems = fault is null ? [] : [fault];
            if (change is { } resumed) _log.Info($"BACK recipe={File} version={version} instead_of={current.Number}{resumed}");
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Any state → Empty at the end of the host: runs what waits, and saves the recipe's state.</summary>
    public Task StopAsync() => EndAsync(keepsState: true);

    /// <summary>Any state → Empty after the file was deleted: runs what waits, and deletes the recipe's state.</summary>
    public Task RemoveAsync() => EndAsync(keepsState: false);

    /// <summary>
    /// Called every second by the host: stops a version that is busy with one scan for too long, ends its watch when the time is over
    /// (Watched → Running), and saves the recipe's state.
    /// </summary>
    public void Supervise()
    {
        if (_current is { } busy && busy.Runner.CallTime > Limits.RecipeTime)
            busy.Runner.Stop($"it was busy with one scan for more than {Limits.RecipeTime.TotalSeconds:0.###} s");
        else if (_current is { } deep && deep.Runner.WasDeep()) deep.Runner.Stop(ExecutionGuard.Nested);
        if (!_gate.Wait(0)) return;
        try
        {
            if (_current is not { Runner.Stopped: null } current) return;
            if (_state == SlotState.Watched && _time.GetElapsedTime(_swapped) >= Limits.RecipeWatch)
            {
                KeepForRollback(null);
                _state = SlotState.Running;
            }

            if (_state == SlotState.Running) current.Faults.RemoveQuota();
            _store.SaveWhenDue(current.Runner);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Empty, Running, Stopped, Watched → Running; or → Watched, WatchedBySite when the version before is kept.</summary>
    private async Task SwapAsync(BuildResult result, SwapReason reason, CancellationToken cancel)
    {
        var loaded = result.Loaded!;
        var isStarted = false;
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var (old, plan) = (_current, loaded.Plan);
            _outputs.Connect(File, loaded, _site.Folder, _time, _log);
            if (old is not null && plan.PredictTransfer(old.Loaded.Plan.OperatorPaths) is { Dropped.Count: > 0 } loss)
                _log.Warn($"STATE recipe={File} {loss.ToFields("would_carry")}");
            var drains = !_router.CanAttach(plan);
            var began = _time.GetTimestamp();
            var state = old is null ? null : await old.HaltAsync(drains, Limits.RecipeTime + s_endTimeout, _time, cancel)
                .ConfigureAwait(false);
            var carried = state is null ? null : plan.Load(state);
            var restored = state is null ? _store.Restore(plan) : null;
            var isWatched = state is not null && old!.Runner.Stopped is null && Limits.RecipeWatch > TimeSpan.Zero;
            if (isWatched) result.Faults.SetQuota(old!.Faults, Limits.RecipeWatch);
            (Rejected, _siteFault) = (null, null);
            isStarted = true;
            var next = new RecipeVersion(++_lastNumber, result.Compiled, loaded, result.Faults, NewRunner(loaded));
            var change = await StartAsync(next, StateAfter(reason, isWatched), began).ConfigureAwait(false);
            KeepForRollback(isWatched ? old : null);
            if (!isWatched && old is not null) Unload(old);
            SetCarried(carried is not null ? StateSource.Version : restored is not null ? StateSource.Disk : StateSource.None,
                carried ?? restored ?? plan.PredictTransfer([]));
            if (carried is { IsEmpty: false }) _log.Info($"STATE recipe={File} {carried.ToFields("carried")}");
            _log.Info($"RECIPE name={File} state=Running version={_lastNumber} devices={string.Join(',', plan.Sources.Keys)} routes={plan.Routes.Count}"
                + $"{LogFields.When(plan.Mirrors.Count > 0, $" mirrors={plan.Mirrors.Count}")}{(old is null ? default : change)}");
        }
        finally
        {
            if (!isStarted) result.Discard();
            _gate.Release();
        }
    }

    /// <summary>Logs that a version was stopped, and starts its transition. Called once per runner, on any thread.</summary>
    private void OnStopped(RecipeRunner runner, Exception exception)
    {
        var next = _current?.Runner != runner ? "edit the recipe; all else runs on" : _state switch
        {
            SlotState.WatchedBySite => "site.toml as it was comes back",
            SlotState.Watched when _previous is not null => "the version before comes back",
            _ => "edit the recipe; all else runs on",
        };
        var at = RecipePosition.Of(exception, _site.Folder, word: null);
        _log.Error($"STOPPED recipe={File} reason=\"{FaultQuota.Describe(exception)}\"{LogFields.When(at.Line > 0, $" at={at}")} next=\"{next}\"");
        _ = Task.Run(() => FailAsync(runner, exception));
    }

    /// <summary>
    /// The running version has failed. Watched → Running with the version before; WatchedBySite stays until the site is rolled back;
    /// Running → Stopped when it was stopped; a version that only threw, while its watch ended, is started again.
    /// </summary>
    private async Task FailAsync(RecipeRunner failed, Exception exception)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_current is not { } current || current.Runner != failed) return;
            var previous = _previous;
            if (_state == SlotState.WatchedBySite)
            {
                _siteFault ??= exception;
                if (previous is not null) return;
            }

            if (previous is null && failed.Stopped is { } reason)
            {
                CloseQueue();
                if (_state != SlotState.WatchedBySite) _state = SlotState.Stopped;
                if (!current.Loaded.Guard.IsOverMemory) return;

                // The memory of a version is released only when nothing refers to it.
                _router.Detach();
                (_stopReason, _current, _state) = (reason, null, SlotState.Stopped);
                Unload(current);
                return;
            }

            var change = await ResumeAsync(current, previous ?? current).ConfigureAwait(false);
            if (previous is null) return;
            Rejected = current.Compiled.Meaning;
            Problems = [new Problem(Locate(exception), $"{FaultQuota.Describe(exception)} (version {previous.Number} is back)")];
            _log.Error($"BACK recipe={File} version={previous.Number} failed={current.Number} reason=\"{FaultQuota.Describe(exception)}\"{change} "
                + $"next=\"edit the file: as it is now it is not tried again\"");
            _log.Error($"RECIPE name={File} problem=\"{Problems[0]}\"");
        }
        catch (Exception bug)
        {
            _log.Error($"BUG in=\"{File}\" reason=\"{bug}\"");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the running version and starts <paramref name="previous"/> again, which may be the same one, halted.</summary>
    private async Task<LogFields> ResumeAsync(RecipeVersion current, RecipeVersion previous)
    {
        var began = _time.GetTimestamp();
        var drains = current.Runner.Stopped is null && !_router.CanAttach(previous.Loaded.Plan);

        // The scans since the swap are not run again; the state that they led to is transferred, unless the version hangs.
        var plan = previous.Loaded.Plan;
        var state = await current.HaltAsync(drains, s_endTimeout, _time, CancellationToken.None).ConfigureAwait(false);
        var transfer = state is null ? plan.PredictTransfer(plan.OperatorPaths) : plan.Load(state);
        previous.Faults.RemoveQuota();
        var next = previous with { Runner = NewRunner(previous.Loaded) };
        var change = await StartAsync(next, StateAfter(SwapReason.Rollback, isWatched: false), began).ConfigureAwait(false);
        _previous = null;
        if (previous == current) return change;
        SetCarried(state is null ? StateSource.Own : StateSource.Version, transfer);
        Unload(current);
        return change;
    }

    private void SetCarried(StateSource source, StateTransfer transfer) =>
        Carried = new CarriedState(_time.GetUtcNow().UtcDateTime, source, transfer);

    /// <summary>Starts a version where another one has ended. Mirrors that both have run on.</summary>
    /// <returns>For the log: the last scan of the version before, and the pause between the two.</returns>
    private async Task<LogFields> StartAsync(RecipeVersion next, SlotState state, long began)
    {
        var last = _router.LastRuns();
        (_state, _current) = (state, next);
        _router.Attach(next.Loaded.Plan);
        next.Runner.Start();
        var pause = _time.GetElapsedTime(began);
        await Task.Yield();
        _swapped = _time.GetTimestamp();
        _outputs.Mirrors.Apply(File, next.Loaded.Plan.Mirrors);
        _outputs.Questions.Apply(File, next.Loaded.Plan.Questions, _router.Queue);
        return LogFields.From($" {ScanRouter.Describe(last)} pause={pause.TotalMilliseconds:0.0}ms");
    }

    private async Task EndAsync(bool keepsState)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _outputs.Mirrors.Apply(File, []);
            _outputs.Questions.Apply(File, [], _router.Queue);
            if (_current is { } current)
            {
                _router.Stop();
                current.Runner.Finish();
                var hasEnded = await current.EndsAsync(s_endTimeout, _time, CancellationToken.None).ConfigureAwait(false);
                await Task.Yield();
                _current = null;
                _router.Queue.Close();
                if (hasEnded && keepsState) await _store.EndAsync(current.Loaded.Plan.Save()).ConfigureAwait(false);
                KeepForRollback(null);
                Unload(current);
            }

            _state = SlotState.Empty;
            if (!keepsState) await _store.DeleteAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops what waits for a recipe that was stopped; requests without an answer wait for the next version.</summary>
    private void CloseQueue()
    {
        _outputs.Questions.Apply(File, [], _router.Queue);
        _router.Queue.Close();
    }

    private static SlotState StateAfter(SwapReason reason, bool isWatched) => (reason, isWatched) switch
    {
        (SwapReason.Edit, true) => SlotState.Watched,
        (SwapReason.SiteReload, true) => SlotState.WatchedBySite,
        _ => SlotState.Running,
    };

    private async Task TransitAsync(Action transition)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            transition();
        }
        finally
        {
            _gate.Release();
        }
    }

    private RecipeRunner NewRunner(LoadedRecipe loaded) => new(File, loaded, _router.Queue, OnStopped, _time);

    /// <summary>Keeps a version for a rollback and unloads the one that was kept before.</summary>
    private void KeepForRollback(RecipeVersion? version)
    {
        if (_previous is { } older) Unload(older);
        _previous = version;
    }

    private void Unload(RecipeVersion version) => _unloads.Add(File, version.Number, version.Loaded.Assembly.Unload());
}
