using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Recipes.Keeping;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Watching;

namespace PlantRuntime.Host.Recipes;

/// <summary>The recipes of a site, each alone, kept current with their files.</summary>
internal sealed class RecipeBook : IAsyncDisposable
{
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(2);
    private readonly IReadOnlyList<DeviceRunner> _devices;
    private readonly RecipeOutputs _outputs;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly Departures _departures;
    private readonly MemoryWatch _memory;
    private readonly StateFolder _states;
    private readonly SettledChange _change = new();
    private readonly Dictionary<string, RecipeEntry> _entries = new(StringComparer.Ordinal);
    private RecipeMaker _maker;
    private bool _isStarted;

    public RecipeBook(RecipeMaker maker, IReadOnlyList<DeviceRunner> devices, RecipeOutputs outputs, TimeProvider time, PlantLog log)
    {
        _maker = maker;
        _devices = devices;
        _outputs = outputs;
        _time = time;
        _log = log;
        _departures = new Departures(time, log);
        _memory = new MemoryWatch(time);
        _states = new StateFolder(Path.Combine(maker.Site.Folder, "data"));
    }

    /// <summary>A snapshot, by file name.</summary>
    public IReadOnlyList<RecipeEntry> Entries
    {
        get
        {
            lock (_entries) return [.. _entries.Values.OrderBy(e => e.File, StringComparer.Ordinal)];
        }
    }

    /// <summary>Number of the version that runs, by file; 0 where none does.</summary>
    public IReadOnlyDictionary<string, int> Versions => Entries.ToDictionary(e => e.File, e => e.Version);

    /// <summary>What a recipe failed by since another site.toml was taken; null while none does.</summary>
    public Problem? SiteFault => Entries.Select(e => e.SiteFault).FirstOrDefault(p => p is not null);

    /// <summary>Makes recipes now.</summary>
    public RecipeMaker Maker => _maker;

    /// <summary>Takes every change of recipes and scripts that has settled; the first call takes all.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var stamp = _maker.Files.Stamp();
        if (!_isStarted) _change.Accept(stamp);
        else if (!_change.Look(stamp)) return;
        var files = _maker.Files.List();
        if (!_isStarted) ForgetAllBut(files);
        else if (_maker.Files.Stamp() != stamp) return;
        _isStarted = true;
        var (taken, progress) = (0, new LogLimit(_time, s_progress));
        progress.May(out _);
        await Parallel.ForEachAsync(files, cancel, async (file, stop) =>
        {
            await TakeAsync(file, stamp, stop).ConfigureAwait(false);
            if (Interlocked.Increment(ref taken) < files.Count && progress.May(out _)) _log.Info($"RECIPES taken={taken} of={files.Count}");
        }).ConfigureAwait(false);
        await RemoveAsync(files).ConfigureAwait(false);
    }

    /// <summary>Makes the recipes by another site.toml; what runs is not touched.</summary>
    /// <param name="maker">Makes them.</param>
    /// <param name="isConcerned">Which are to be made in any case; of the others only those that mean something else than what runs.</param>
    /// <param name="cancel">Ends the wait for the compiler.</param>
    public async Task<IReadOnlyList<MadeRecipe>> MakeAsync(RecipeMaker maker, Func<string, bool> isConcerned, CancellationToken cancel)
    {
        var made = new List<MadeRecipe>();
        foreach (var file in maker.Files.List())
        {
            var entry = EntryOf(file);
            made.Add((isConcerned(file) ? null : entry.AsItRuns(maker))
                ?? await maker.MakeAsync(file, entry.NewFaults(), cancel).ConfigureAwait(false));
        }

        return made;
    }

    /// <summary>Moves to another site.toml, after <see cref="AcceptAsync"/>.</summary>
    /// <param name="maker">Makes recipes from now on.</param>
    /// <param name="made">All recipes as it made them, without problems.</param>
    /// <param name="isSwapped">Which of them take over; the others run on as they are.</param>
    /// <param name="isWatched">Which of the others are watched, too.</param>
    public async Task MoveAsync(
        RecipeMaker maker, IReadOnlyList<MadeRecipe> made, Func<string, bool> isSwapped, Func<string, bool> isWatched)
    {
        MoveTo(maker);
        foreach (var recipe in made)
        {
            if (isSwapped(recipe.File)) await EntryOf(recipe.File).TakeAsync(recipe).ConfigureAwait(false);
            else await EntryOf(recipe.File).KeepAsync(recipe, isWatched(recipe.File)).ConfigureAwait(false);
        }

        await RemoveAsync([.. made.Select(m => m.File)]).ConfigureAwait(false);
    }

    /// <summary>Whether what was not made, because it runs, still does.</summary>
    public bool AreAtWork(IReadOnlyList<MadeRecipe> made) => made.All(m => !m.IsAtWork || EntryOf(m.File).Running?.Loaded == m.Loaded);

    /// <summary>The versions that run have proved themselves: from now on there is nothing to go back to.</summary>
    /// <param name="isOfSiteOnly">True when that holds only for those that are watched for the site.</param>
    public async Task AcceptAsync(bool isOfSiteOnly)
    {
        foreach (var entry in Entries) await entry.AcceptAsync(isOfSiteOnly).ConfigureAwait(false);
    }

    /// <summary>
    /// Goes back to the versions that ran before another site.toml was taken. What came with that is looked at again by the site that runs.
    /// </summary>
    /// <param name="maker">Makes recipes from now on.</param>
    /// <param name="versions">What ran then, by file.</param>
    public async Task ReturnAsync(RecipeMaker maker, IReadOnlyDictionary<string, int> versions)
    {
        MoveTo(maker);
        foreach (var entry in Entries)
        {
            if (versions.TryGetValue(entry.File, out var version) && await entry.ReturnAsync(version).ConfigureAwait(false)) continue;
            lock (_entries) _entries.Remove(entry.File);
            await entry.StopAsync().ConfigureAwait(false);
        }

        _change.Accept("");
    }

    public void Watch()
    {
        var entries = Entries;
        foreach (var entry in entries) entry.Watch();
        _memory.Look(entries);
        _departures.Watch();
    }

    /// <summary>A queue that was full has room.</summary>
    public void Wake()
    {
        foreach (var entry in Entries) entry.Wake();
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(Entries.Select(e => e.StopAsync())).ConfigureAwait(false);

    private void MoveTo(RecipeMaker maker)
    {
        _maker = maker;
        foreach (var entry in Entries) entry.MoveTo(maker.Loader, maker.Site.Limits);
    }

    private RecipeEntry EntryOf(string file)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(file, out var entry)) return entry;
            var site = _maker.Site;
            entry = new RecipeEntry(file, _maker.Loader, _departures, _devices, _outputs, _states, site.Limits, site.Folder, _time, _log);
            _entries.Add(file, entry);
            return entry;
        }
    }

    private async Task RemoveAsync(IReadOnlyList<string> files)
    {
        foreach (var gone in Entries.Where(e => !files.Contains(e.File)))
        {
            lock (_entries) _entries.Remove(gone.File);
            await gone.RemoveAsync().ConfigureAwait(false);
            _log.Info($"RECIPE name={gone.File} state=Removed");
        }
    }

    /// <summary>Recipes that were deleted while the host was down.</summary>
    private void ForgetAllBut(IReadOnlyList<string> files)
    {
        if (!_maker.Files.IsThere) return;
        foreach (var recipe in _states.DeleteAllBut(files)) _log.Info($"STATE recipe={recipe} state=Removed");
    }

    /// <summary>Takes a file as it was when the folder looked like this; one that is being saved right now is left for the next look.</summary>
    private async Task TakeAsync(string file, string stamp, CancellationToken cancel)
    {
        var entry = EntryOf(file);
        try
        {
            var key = _maker.Snapshot(file).Key;
            if (key == entry.Key) return;
            if (_maker.Files.IsEmpty(file))
            {
                _log.Info($"RECIPE name={file} is empty next=\"taken when something is in it; delete it to end it\"");
                return;
            }

            var compiled = await _maker.CompileAsync(file, cancel).ConfigureAwait(false);
            if (_maker.Files.Stamp() == stamp) await entry.TakeAsync(key, compiled).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (_maker.Files.Stamp() == stamp) _log.Error($"RECIPE name={file} reason=\"{exception.Message}\"");
        }
    }
}
