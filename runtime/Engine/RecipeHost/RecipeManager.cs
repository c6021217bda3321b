using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Holds the slots of a site's recipes and keeps them current with their files. Owned by SiteRuntime. Slots, Versions, SiteFault and
/// <see cref="Wake"/> may be used by any thread, <see cref="Supervise"/> belongs to the host's supervision loop, and everything else to
/// its poll loop.
/// </summary>
internal sealed class RecipeManager : IAsyncDisposable
{
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_restAfter = TimeSpan.FromMinutes(1);
    private readonly OutputTargets _outputs;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly UnloadMonitor _unloads;
    private readonly MemorySupervisor _memory;
    private readonly StateFolder _states;
    private readonly SettledChange _change = new();
    private readonly RecipeFolderMonitor _folder;
    private readonly Dictionary<string, RecipeSlot> _slots = new(StringComparer.Ordinal);
    private RecipeSlot[]? _snapshot;
    private RecipeBuilder _builder;
    private bool _isStarted;
    private string? _applied;
    private string? _lastStamp;
    private readonly List<RecipeAllocation> _allocations = [];
    private long _changed;
    private long? _retryAfter;
    private volatile int _done;
    private volatile int _count;

    public RecipeManager(RecipeBuilder builder, OutputTargets outputs, TimeProvider time, PlantLog log)
    {
        (_builder, _outputs, _time, _log) = (builder, outputs, time, log);
        _unloads = new UnloadMonitor(time, log);
        _memory = new MemorySupervisor(time, HeapReader.OfProcess);
        _states = new StateFolder(builder.Site.DataFolder);
        _folder = new RecipeFolderMonitor(time, log);
    }

    /// <summary>A snapshot of the slots, by file name. Sorted again only after a change.</summary>
    public IReadOnlyList<RecipeSlot> Slots
    {
        get
        {
            lock (_slots) return _snapshot ??= [.. _slots.Values.OrderBy(s => s.File, StringComparer.Ordinal)];
        }
    }

    /// <summary>Number of the version that runs, by file; 0 where none does.</summary>
    public IReadOnlyDictionary<string, int> Versions => Slots.ToDictionary(s => s.File, s => s.Version);

    /// <summary>The failure of a recipe because of which the site has to be rolled back; null while there is none.</summary>
    public Problem? SiteFault => Slots.Select(s => s.SiteFault).FirstOrDefault(p => p is not null);

    /// <summary>True when no recipe or script has changed for a minute.</summary>
    public bool IsAtRest => _time.GetElapsedTime(Volatile.Read(ref _changed)) > s_restAfter;

    /// <summary>Recipes that the running or the last <see cref="PollAsync"/> has built, and those that it builds. Any thread.</summary>
    public (int Done, int Count) Progress => (_done, _count);

    /// <summary>The states of the recipes on disk, and in memory for another host.</summary>
    public StateFolder States => _states;

    /// <summary>Builds the recipes for the site.toml that runs.</summary>
    public RecipeBuilder Builder => _builder;

    /// <summary>True while the recipes folder is missing and its recipes are kept for its return.</summary>
    public bool IsFolderMissing => Slots.Count > 0 && _builder.Files.Read().State is FolderState.Missing and var state
        && _folder.KeepsRecipes(state);

    /// <summary>Applies every change of recipes and scripts that has settled; the first call applies all files.</summary>
    public async Task PollAsync(CancellationToken cancel)
    {
        var listing = _builder.Files.Read();
        NoteListing(listing);
        var keepsAll = _folder.KeepsRecipes(listing.State);
        _folder.Report(listing, Slots.Count);
        if (keepsAll && listing.State == FolderState.Missing && _isStarted) return;
        if (!_isStarted) _change.Accept(listing.Stamp);
        else if (!_change.Poll(listing.Stamp) && !(listing.Stamp == _applied && IsRetryDue())) return;
        if (!_isStarted && listing.State == FolderState.Present) DeleteStatesExcept(listing.Files);
        (_isStarted, _applied, _retryAfter) = (true, listing.Stamp, null);
        var progress = new LogLimit(_time, s_progress);
        progress.TryAcquire(out _);
        (_done, _count) = (0, listing.Files.Count);
        await Parallel.ForEachAsync(listing.Files, cancel, async (file, stop) =>
        {
            await UpdateAsync(file, listing.Stamp, stop).ConfigureAwait(false);
            if (Interlocked.Increment(ref _done) is var done && done < listing.Files.Count && progress.TryAcquire(out _))
                _log.Info($"RECIPES taken={done} of={listing.Files.Count}");
        }).ConfigureAwait(false);
        if (!keepsAll) await RemoveOthersAsync(listing).ConfigureAwait(false);
    }

    /// <summary>Builds the recipes for another site.toml without touching the ones that run.</summary>
    /// <param name="builder">Builds them.</param>
    /// <param name="needsBuild">The files to build in any case. Of the others only those whose content means something else.</param>
    /// <param name="cancel">Ends the wait for the compiler.</param>
    public async Task<IReadOnlyList<BuildResult>> BuildAsync(RecipeBuilder builder, Func<string, bool> needsBuild, CancellationToken cancel)
    {
        var results = new List<BuildResult>();
        foreach (var file in builder.Files.Read().Files)
        {
            var slot = SlotOf(file);
            Func<string, RecipeVersion?> findUnchanged =
                needsBuild(file) ? _ => null : meaning => slot.FindUnchanged(meaning, SwapReason.SiteReload);
            results.Add(await builder.BuildAsync(file, findUnchanged, slot.NewFaultQuota(), cancel).ConfigureAwait(false));
        }

        return results;
    }

    /// <summary>Moves to another site.toml, after <see cref="EndWatchAsync"/>.</summary>
    /// <param name="builder">Builds recipes from now on.</param>
    /// <param name="results">The builds of all recipes, without problems.</param>
    /// <param name="isSwapped">True for the recipes whose new version replaces the running one; the others are kept.</param>
    /// <param name="isWatched">True for kept recipes that are watched, because their devices start again with other settings.</param>
    /// <param name="cancel">Ends the waits for running versions.</param>
    public async Task MoveAsync(
        RecipeBuilder builder, IReadOnlyList<BuildResult> results, Func<string, bool> isSwapped, Func<string, bool> isWatched,
        CancellationToken cancel)
    {
        Use(builder);
        foreach (var result in results)
        {
            var slot = SlotOf(result.File);
            if (isSwapped(result.File))
            {
                await slot.ApplyAsync(result, SwapReason.SiteReload, cancel).ConfigureAwait(false);
                continue;
            }

            slot.Keep(result);
            if (isWatched(result.File)) await slot.WatchBySiteAsync().ConfigureAwait(false);
        }

        await RemoveAsync(Slots.Where(s => results.All(r => r.File != s.File))).ConfigureAwait(false);
    }

    /// <summary>True while the versions that were not built, because they run, still run.</summary>
    public bool StillRunning(IReadOnlyList<BuildResult> results) =>
        results.All(r => !r.IsUnchanged || SlotOf(r.File).Current?.Loaded == r.Loaded);

    /// <summary>Ends the watch of all versions, or of those in one state. They then have no version to roll back to.</summary>
    public async Task EndWatchAsync(SlotState? watch = null)
    {
        foreach (var slot in Slots) await slot.EndWatchAsync(watch).ConfigureAwait(false);
    }

    /// <summary>
    /// Goes back to the versions that ran before a site reload. Recipes that came with it are polled again with the site.toml
    /// that runs then.
    /// </summary>
    /// <param name="builder">Builds recipes from now on.</param>
    /// <param name="versions">Numbers of the versions that ran, by file.</param>
    public async Task RollBackAsync(RecipeBuilder builder, IReadOnlyDictionary<string, int> versions)
    {
        Use(builder);
        foreach (var slot in Slots)
        {
            if (versions.TryGetValue(slot.File, out var version) && await slot.RollBackWithSiteAsync(version).ConfigureAwait(false))
                continue;
            Forget(slot);
            await slot.StopAsync().ConfigureAwait(false);
        }

        _change.Accept("");
    }

    /// <summary>Called every second by the host.</summary>
    public void Supervise()
    {
        var slots = Slots;
        _allocations.Clear();
        foreach (var slot in slots)
        {
            slot.Supervise();
            _allocations.Add(new RecipeAllocation(slot, slot.Allocated, slot.IsRunning ? slot.StopOverMemory : null));
        }

        _memory.Check(_allocations);
        _unloads.Check();
    }

    /// <summary>Makes the recipes check for work after a full disk queue has room again.</summary>
    public void Wake()
    {
        foreach (var slot in Slots) slot.Wake();
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(Slots.Select(s => s.StopAsync())).ConfigureAwait(false);

    private void Use(RecipeBuilder builder)
    {
        _builder = builder;
        foreach (var slot in Slots) slot.UseSite(builder.Site);
    }

    private RecipeSlot SlotOf(string file)
    {
        lock (_slots)
        {
            if (_slots.TryGetValue(file, out var slot)) return slot;
            slot = new RecipeSlot(file, _builder.Site, _outputs, _states, _unloads, _time, _log);
            _slots.Add(file, slot);
            _snapshot = null;
            return slot;
        }
    }

    private void Forget(RecipeSlot slot)
    {
        lock (_slots)
        {
            _slots.Remove(slot.File);
            _snapshot = null;
        }
    }

    /// <summary>Ends the recipes that are no longer listed. When the whole folder is missing, their state is kept on disk.</summary>
    private async Task RemoveOthersAsync(RecipeListing listing)
    {
        var gone = Slots.Where(s => !listing.Files.Contains(s.File)).ToList();
        if (listing.State == FolderState.Present)
        {
            await RemoveAsync(gone).ConfigureAwait(false);
            return;
        }

        foreach (var slot in gone)
        {
            Forget(slot);
            await slot.StopAsync().ConfigureAwait(false);
            _log.Info($"RECIPE name={slot.File} state=Removed next=\"its state is kept for the return of the folder\"");
        }
    }

    private async Task RemoveAsync(IEnumerable<RecipeSlot> gone)
    {
        foreach (var slot in gone.ToList())
        {
            Forget(slot);
            await slot.RemoveAsync().ConfigureAwait(false);
            _log.Info($"RECIPE name={slot.File} state=Removed");
        }
    }

    /// <summary>Deletes the state of recipes that were deleted while the host was down.</summary>
    private void DeleteStatesExcept(IReadOnlyList<string> files)
    {
        foreach (var recipe in _states.DeleteAllBut(files)) _log.Info($"STATE recipe={recipe} state=Removed");
    }

    private void NoteListing(RecipeListing listing)
    {
        if (listing.Stamp == _lastStamp) return;
        (_lastStamp, _changed) = (listing.Stamp, _time.GetTimestamp());
    }

    private bool IsRetryDue() => _retryAfter is { } since && _time.GetElapsedTime(since) >= s_retry;

    /// <summary>Applies one file, unless the folder changed since it was listed: then the file may be half written.</summary>
    private async Task UpdateAsync(string file, string stamp, CancellationToken cancel)
    {
        var slot = SlotOf(file);
        if (_builder.ReadKey(file) is { } key)
        {
            if (key == slot.Key) return;
            if (_builder.Files.IsEmpty(file))
            {
                _log.Info($"RECIPE name={file} state=Empty next=\"taken when something is in it; delete it to end it\"");
                return;
            }
        }

        var result = await _builder.BuildAsync(file, meaning => slot.FindUnchanged(meaning, SwapReason.Edit), slot.NewFaultQuota(), cancel)
            .ConfigureAwait(false);
        if (_builder.Files.Read().Stamp != stamp)
        {
            result.Discard();
            return;
        }

        if (result.IsTemporary) _retryAfter = _time.GetTimestamp();
        await slot.ApplyAsync(result, SwapReason.Edit, cancel).ConfigureAwait(false);
    }
}
