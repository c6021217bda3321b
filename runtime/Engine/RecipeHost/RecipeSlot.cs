using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Holds one recipe file: the version that runs, for a while after a swap the version before, and the errors of the file as it is now. A
/// version takes over between two scans. A version fails when it is stopped, or when it throws more than twice as often as the version
/// before did. Owned by one RecipeManager: the host's poll loop applies builds, the supervision loop calls Supervise, properties may be
/// read by any thread. The gate serializes transitions; the recipe's thread reports failures without waiting for the gate.
/// </summary>
internal sealed partial class RecipeSlot
{
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly OutputTargets _outputs;
    private readonly ScanRouter _router;
    private readonly RecipeStateStore _store;
    private readonly UnloadMonitor _unloads;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _faultLimit;
    private readonly LogLimit _groupLimit;
    private SiteModel _site;
    private volatile SlotState _state;
    private volatile RecipeVersion? _current;
    private volatile RecipeVersion? _previous;
    private volatile Exception? _siteFault;
    private string? _stopReason;
    private string? _keyBeforeReload;
    private int _lastNumber;
    private long _swapped;
    private long _faults;

    /// <param name="file">Path from the site folder.</param>
    /// <param name="site">Limits and folder; replaced by <see cref="UseSite"/>.</param>
    /// <param name="outputs">Sinks and devices that the recipe sends to.</param>
    /// <param name="states">Keeps the recipe's state on disk.</param>
    /// <param name="unloads">Receives versions that are over.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the events of the recipe.</param>
    public RecipeSlot(
        string file, SiteModel site, OutputTargets outputs, StateFolder states, UnloadMonitor unloads, TimeProvider time, PlantLog log)
    {
        (File, _site, _outputs, _unloads, _time, _log) = (file, site, outputs, unloads, time, log);
        _faultLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _groupLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _router = new ScanRouter(outputs.Devices, site.Limits.RecipeQueue, time);
        _store = new RecipeStateStore(file, states, time, log);
        StopOverMemory = reason => _current?.Runner.StopOverMemory(reason);
    }

    /// <summary>Path from the site folder.</summary>
    public string File { get; }

    public SlotState State => _state;

    /// <summary>The state as log, table and status show it: Failed, Running or Stopped.</summary>
    public string Status => StopReason is not null ? "Stopped" : _current is null ? "Failed" : "Running";

    /// <summary>True while a transition holds the gate.</summary>
    public bool IsSwapping => _gate.CurrentCount == 0;

    public bool IsRunning => _current is { Runner.Stopped: null };

    /// <summary>Errors of the file as it is now. The version that ran before runs on.</summary>
    public IReadOnlyList<Problem> Problems { get; private set; } = [];

    /// <summary>Why the recipe does not run, or not as its file says; null when it runs as its file says.</summary>
    public string? Reason => (StopReason ?? Problems.FirstOrDefault()?.ToString()) is { } reason ? LogText.Sanitize(reason) : null;

    /// <summary>Exceptions that the recipe's lambdas have thrown since the host started.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>The exception of a lambda that was logged last, with its line; null before the first one.</summary>
    public Problem? LastFault { get; private set; }

    /// <summary>The counters of each <c>GroupByTime</c> of the version that runs.</summary>
    public IReadOnlyList<GroupCounters> Groups => _current?.Loaded.Plan.Groups ?? [];

    /// <summary>Scans that were dropped because the recipe was too slow.</summary>
    public long Lost => _router.Lost;

    /// <summary>Number of the version that runs; 0 when none does.</summary>
    public int Version => _current?.Number ?? 0;

    /// <summary>The version that runs; null when none does.</summary>
    public RecipeVersion? Current => _current;

    /// <summary>The state that the last version started with; null before the first one.</summary>
    public CarriedState? Carried { get; private set; }

    /// <summary>Time of the recipe's state on disk, UTC; null when there is none.</summary>
    public DateTime? StateSaved => _store.Saved;

    /// <summary>Bytes that the version that runs has allocated since it started.</summary>
    public long Allocated => _current?.Loaded.Guard.Allocated ?? 0;

    /// <summary>Key of the file and everything it loads when it was last applied; empty when that could not be read or built yet.</summary>
    public string? Key { get; private set; }

    /// <summary>
    /// Meaning of the version that failed and was rolled back: a site reload does not try it again. Null while there is none.
    /// </summary>
    public string? Rejected { get; private set; }

    /// <summary>The failure since the last site reload because of which the site has to be rolled back; null while there is none.</summary>
    public Problem? SiteFault => _siteFault is { } fault ? new Problem(Locate(fault), FaultQuota.Describe(fault)) : null;

    private LimitOptions Limits => _site.Limits;

    private string? StopReason => _current is { } current ? current.Runner.Stopped : _stopReason;

    /// <summary>Applies the limits of another site.toml to versions that start from now on. Called by the host's poll loop.</summary>
    public void UseSite(SiteModel site)
    {
        _site = site;
        _router.Capacity = site.Limits.RecipeQueue;
    }

    /// <summary>Creates the fault counter of a version that is about to be built for this slot.</summary>
    public FaultQuota NewFaultQuota() => new(_time, OnFault);

    /// <summary>Returns the running version if a build of this meaning would equal it; null when the file has to be built.</summary>
    public RecipeVersion? FindUnchanged(string meaning, SwapReason reason) =>
        _current is { } current && (meaning == current.Compiled.Meaning || (reason == SwapReason.SiteReload && meaning == Rejected))
            ? current
            : null;

    /// <summary>
    /// Applies a build of the file as it is now: starts it in place of the running version, or reports why it cannot run.
    /// </summary>
    /// <param name="result">The build; the slot owns it from now on.</param>
    /// <param name="reason">An edit of the recipe, or of site.toml.</param>
    /// <param name="cancel">Ends the wait for the running version, which then runs until the slot ends.</param>
    public async Task ApplyAsync(BuildResult result, SwapReason reason, CancellationToken cancel)
    {
        var isRepeated = result.Key.Length == 0 && result.Problems.SequenceEqual(Problems);
        if (reason == SwapReason.SiteReload) _keyBeforeReload = Key;
        (Key, Problems) = (result.Key, result.Problems);
        if (isRepeated) return;
        foreach (var warning in result.Warnings) _log.Warn($"RECIPE name={File} warning=\"{warning.At}: warning: {warning.Message}\"");
        if (result.IsUnchanged) _log.Info($"RECIPE name={File} state={Status} version={Version} reason=\"the file is again as it runs\"");
        else if (result.Loaded is not null) await SwapAsync(result, reason, cancel).ConfigureAwait(false);
        else
        {
            foreach (var problem in Problems) _log.Error($"RECIPE name={File} problem=\"{problem}\"");
            var next = result.IsTemporary ? "it is tried again every 10 s; the version that runs goes on"
                : _current is null ? "correct it: it starts when it is saved" : "the version before runs on";
            _log.Error($"RECIPE name={File} state={Status} errors={Problems.Count} next=\"{next}\"");
        }
    }

    /// <summary>Keeps the running version, which a site reload does not replace, and discards the build.</summary>
    public void Keep(BuildResult result)
    {
        Key = result.Key;
        if (!result.IsUnchanged || Rejected is null) Problems = [];
        result.Discard();
    }

    /// <summary>Makes the recipe check for work after a full disk queue has room again.</summary>
    public void Wake() => _current?.Runner.Wake();

    /// <summary>Stops the recipe because of its memory, with a reason.</summary>
    public Action<string> StopOverMemory { get; }

    /// <summary>Counts and logs an exception of a version's lambda. Called on the recipe's thread.</summary>
    private void OnFault(FaultQuota faults, Exception exception)
    {
        if (exception is GroupException)
        {
            // A device did not send, or too late, which is not a fault of the recipe.
            LogGroups(exception.Message);
            return;
        }

        Interlocked.Increment(ref _faults);
        if (_faultLimit.TryAcquire(out var suppressed))
        {
            LastFault = new Problem(Locate(exception), FaultQuota.Describe(exception));
            _log.Error($"FAULT recipe={File} at={LastFault.At} reason=\"{LastFault.Message}\"{LogText.Suppressed(suppressed)} "
                + $"next=\"the scan is lost to this branch\"");
        }

        // A service that answered with something else than JSON is no fault of the recipe.
        if (exception is AnswerFormatException || !faults.Exceeds()) return;
        if (_current is not { } current || current.Faults != faults) return;
        if (_state != SlotState.WatchedBySite)
        {
            current.Runner.Halt();
            _ = Task.Run(() => FailAsync(current.Runner, exception));
        }
        else if (!current.Runner.IsOnFailedScan)
        {
            // The version runs until the site is rolled back. A device that does not answer with its new settings causes no rollback.
            _siteFault ??= exception;
        }
    }

    private void LogGroups(string reason)
    {
        if (!_groupLimit.TryAcquire(out var suppressed)) return;
        var groups = Groups;
        _log.Warn($"GROUP recipe={File} reason=\"{reason}\"{LogText.Suppressed(suppressed)} complete={groups.Sum(g => g.Complete)} "
            + $"partial={groups.Sum(g => g.Partial)} incomplete={groups.Sum(g => g.Incomplete)} late={groups.Sum(g => g.Late)} "
            + $"open={groups.Sum(g => g.Open)}");
    }

    private SourceLocation Locate(Exception exception) =>
        RecipePosition.Of(exception, _site.Folder, word: null) is { Line: > 0 } at ? at : new SourceLocation(File, 0, 0);
}
