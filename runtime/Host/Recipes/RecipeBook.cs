using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Keeping;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Watching;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes;

/// <summary>The recipes of a site, each alone, kept current with their files.</summary>
internal sealed class RecipeBook : IAsyncDisposable
{
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(2);
    private readonly SiteModel _site;
    private readonly RecipeFiles _files;
    private readonly IReadOnlyList<DeviceRunner> _devices;
    private readonly RecipeOutputs _outputs;
    private readonly RecipeCompiler _compiler;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly RecipeLoader _loader;
    private readonly Departures _departures;
    private readonly MemoryWatch _memory;
    private readonly StateFolder _states;
    private readonly SettledChange _change = new();
    private readonly Dictionary<string, RecipeEntry> _entries = new(StringComparer.Ordinal);
    private bool _isStarted;

    public RecipeBook(
        SiteModel site, RecipeFiles files, IReadOnlyList<DeviceRunner> devices, RecipeOutputs outputs, IBlockCheck blocks, RecipeCompiler compiler,
        TimeProvider time, PlantLog log)
    {
        _site = site;
        _files = files;
        _devices = devices;
        _outputs = outputs;
        if (outputs.Queue is { } queue) queue.RoomMade += Wake;
        _compiler = compiler;
        _time = time;
        _log = log;
        _departures = new Departures(time, log);
        _memory = new MemoryWatch(time);
        _states = new StateFolder(Path.Combine(site.Folder, "data"));
        _loader = new RecipeLoader(site, devices.ToDictionary(d => d.Name, d => d.Tags), blocks, time);
    }

    /// <summary>A snapshot, by file name.</summary>
    public IReadOnlyList<RecipeEntry> Entries
    {
        get
        {
            lock (_entries) return [.. _entries.Values.OrderBy(e => e.File, StringComparer.Ordinal)];
        }
    }

    /// <summary>Takes every change of recipes and scripts that has settled; the first call takes all.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var stamp = _files.Stamp();
        if (!_isStarted) _change.Accept(stamp);
        else if (!_change.Look(stamp)) return;
        var files = _files.List();
        if (!_isStarted) ForgetAllBut(files);
        else if (_files.Stamp() != stamp) return;
        _isStarted = true;
        var (taken, progress) = (0, new LogLimit(_time, s_progress));
        progress.May(out _);
        await Parallel.ForEachAsync(files, cancel, async (file, stop) =>
        {
            await TakeAsync(file, stamp, stop).ConfigureAwait(false);
            if (Interlocked.Increment(ref taken) < files.Count && progress.May(out _)) _log.Info($"RECIPES taken={taken} of={files.Count}");
        }).ConfigureAwait(false);
        foreach (var gone in Entries.Where(e => !files.Contains(e.File)))
        {
            lock (_entries) _entries.Remove(gone.File);
            await gone.RemoveAsync().ConfigureAwait(false);
            _log.Info($"RECIPE name={gone.File} state=Removed");
        }
    }

    public void Watch()
    {
        var entries = Entries;
        foreach (var entry in entries) entry.Watch();
        _memory.Look(entries);
        _departures.Watch();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Entries.Select(e => e.StopAsync())).ConfigureAwait(false);
        await _compiler.DisposeAsync().ConfigureAwait(false);
    }

    private void Wake()
    {
        foreach (var entry in Entries) entry.Wake();
    }

    /// <summary>Recipes that were deleted while the host was down.</summary>
    private void ForgetAllBut(IReadOnlyList<string> files)
    {
        if (!_files.IsThere) return;
        foreach (var recipe in _states.DeleteAllBut(files)) _log.Info($"STATE recipe={recipe} state=Removed");
    }

    /// <summary>Takes a file as it was when the folder looked like this; one that is being saved right now is left for the next look.</summary>
    private async Task TakeAsync(string file, string stamp, CancellationToken cancel)
    {
        RecipeEntry? entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(file, out entry))
                _entries.Add(file, entry = new RecipeEntry(file, _loader, _departures, _devices, _outputs, _states, _site.Limits, _site.Folder, _time, _log));
        }

        try
        {
            var source = _files.Source(file);
            var key = _compiler.KeyOf(source);
            if (key == entry.Key) return;
            if (_files.IsEmpty(file))
            {
                _log.Info($"RECIPE name={file} is empty next=\"taken when something is in it; delete it to end it\"");
                return;
            }

            var compiled = await _compiler.CompileAsync(source, cancel).ConfigureAwait(false);
            if (_files.Stamp() == stamp) await entry.TakeAsync(key, compiled).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (_files.Stamp() == stamp) _log.Error($"RECIPE name={file} reason=\"{exception.Message}\"");
        }
    }
}
