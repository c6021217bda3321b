using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Polls site.toml and its tag tables, and applies an edit when <c>plant check</c> would find no error in it: load → validate → compare →
/// apply → watch → keep or roll back. Owned by SiteHost; called within its poll loop, one call at a time; not thread-safe.
/// </summary>
internal sealed class SiteReload(SiteRuntime site, TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_retryAfterFailure = TimeSpan.FromSeconds(10);
    private readonly SiteRollback _rollback = new(site, time, log);
    private readonly SettledChange _change = Accepted(site.Model);
    private readonly SettledChange _others = new();
    private readonly HashSet<string> _tables = new(site.Model.Files.Skip(1).Select(file => file.Path), StringComparer.Ordinal);
    private IReadOnlyList<Problem>? _rejected;
    private bool _isUnsettled;
    private long? _failed;
    private int _isRequested;

    /// <summary>Classifies the end of one attempt to apply site.toml.</summary>
    private enum Outcome
    {
        /// <summary>The running site equals site.toml.</summary>
        Applied,

        /// <summary>site.toml has errors; it is tried again when anything changes that may have caused them.</summary>
        Rejected,

        /// <summary>Recipes changed while they were built, or are uncertain; it is tried again at the next poll.</summary>
        Unsettled,
    }

    private IReadOnlyList<string> Files => [Path.Combine(site.Model.Folder, SiteFile.Name), .. _tables];

    /// <summary>Makes the next poll read site.toml whether it changed or not. Any thread.</summary>
    public void Request() => Interlocked.Exchange(ref _isRequested, 1);

    /// <summary>Applies a change that has settled.</summary>
    public async Task PollAsync(CancellationToken cancel)
    {
        await _rollback.PollAsync(cancel).ConfigureAwait(false);
        var hasChanged = _change.Poll(FileFacts.Stamp(Files)) | Interlocked.Exchange(ref _isRequested, 0) == 1;
        var isRetry = _failed is { } failed && time.GetElapsedTime(failed) >= s_retryAfterFailure;
        if (!hasChanged && !_isUnsettled && !isRetry && (_rejected is null || !_others.Poll(StampOfOthers()))) return;

        // The stamp is read before the check, so that an edit during the check counts as new.
        var others = StampOfOthers();
        (_isUnsettled, _failed) = (false, time.GetTimestamp());
        var outcome = await ReloadAsync(cancel).ConfigureAwait(false);
        _failed = null;
        _isUnsettled = outcome == Outcome.Unsettled;
        if (outcome == Outcome.Applied) _rejected = null;
        else _others.Accept(others);
    }

    private async Task<Outcome> ReloadAsync(CancellationToken cancel)
    {
        if (site.Recipes.IsFolderMissing) return Outcome.Unsettled;
        var (declared, problems) = Load();
        if (site.Files.Read() is { State: FolderState.Unreadable } unreadable) problems = [.. problems, .. unreadable.Skipped];
        if (declared is null || problems.Count > 0) return Reject(problems, plan: null);
        var saved = Files.Max(File.GetLastWriteTimeUtc);
        var model = Merge(declared);
        var parts = ReloadPlan.Compare(site.Snapshot() with { Recipes = [] }, SiteSnapshot.From(model, [], declared));
        if (parts.IsEmpty)
        {
            UpdateLocations(model);
            return Outcome.Applied;
        }

        var recipes = site.Files.Read().Stamp;
        var next = await ValidateAsync(declared, model, parts, cancel).ConfigureAwait(false);
        if (site.Files.Read().Stamp != recipes)
        {
            // A recipe is being saved, and half of it may have been built.
            next.Dispose();
            return Outcome.Unsettled;
        }

        problems = [.. next.Problems, .. next.Problems.Count > 0 ? [] : OpenQueue(model)];
        if (problems.Count > 0)
        {
            next.Dispose();
            site.Catalog.UnloadUnused(site.Model.PluginNames);
            return Reject(problems, parts);
        }

        if (site.Recipes.SiteFault is not null || !site.Recipes.StillRunning(next.Recipes))
        {
            // A recipe was rolled back during the build, or the whole site has to be rolled back before this reload.
            next.Dispose();
            return Outcome.Unsettled;
        }

        await ApplyAsync(next, saved, cancel).ConfigureAwait(false);
        return Outcome.Applied;
    }

    /// <summary>Returns the site as it would run: settings that apply until the host ends stay as they are.</summary>
    private SiteModel Merge(SiteModel declared)
    {
        var running = site.Model;
        return site.Snapshot().KeepStartupOnly(declared) with
        {
            Web = running.Web,
            Log = running.Log with { Level = declared.Log.Level },
            Limits = declared.Limits with { Memory = running.Limits.Memory },
        };
    }

    private async Task<ValidatedSite> ValidateAsync(SiteModel declared, SiteModel model, ReloadPlan parts, CancellationToken cancel)
    {
        var running = site.Snapshot().Recipes;
        var plugins = site.Plugins.For(model);
        site.Catalog.EnsureLoaded(model.PluginNames);
        return await ValidatedSite.ValidateAsync(
            declared, site.NewBuilder(model, plugins), plugins, site.Catalog, b => site.Recipes.BuildAsync(b, NeedsBuild, cancel))
            .ConfigureAwait(false);

        bool NeedsBuild(string file) => running.FirstOrDefault(r => r.File == file) is not { } recipe || parts.NeedsReplan(recipe);
    }

    private async Task ApplyAsync(ValidatedSite next, DateTime saved, CancellationToken cancel)
    {
        await site.Recipes.EndWatchAsync().ConfigureAwait(false);
        var running = site.Snapshot();
        var previous = new PreviousSite(running, site.Recipes.Builder, site.Plugins, site.Recipes.Versions, saved);
        var plan = ReloadPlan.Compare(running, next.Snapshot());
        plan.LogTo(log);
        foreach (var warning in next.Warnings) log.Warn($"SITE warning=\"{warning.At}: warning: {warning.Message}\"");
        await new SiteSwap(site, next.Builder, next.Plugins, plan).RunAsync(
            () => site.Recipes.MoveAsync(next.Builder, next.Recipes, plan.IsSwapped, IsWatched, cancel), cancel).ConfigureAwait(false);
        log.Level = next.Model.EffectiveLog.Level;
        (site.RejectedReason, site.RolledBackReason) = (null, null);
        site.Reloads.AddApplied(plan);
        _rollback.Begin(previous);
        log.Info($"SITE state=Changed devices={next.Model.Devices.Count} sinks={next.Model.Sinks.Count} recipes={next.Recipes.Count} "
            + $"planned={next.Recipes.Count(r => !r.IsUnchanged)}");

        bool IsWatched(string file) => plan.RestartsDevicesOf(running.Recipes.First(r => r.File == file));
    }

    /// <summary>Applies a site.toml in which only positions of settings changed, so that later messages name the new ones.</summary>
    private void UpdateLocations(SiteModel model)
    {
        site.Model = model;
        site.Plugins = site.Plugins.For(model);
        foreach (var device in site.Devices) device.Apply(model.Devices.First(d => d.Name == device.Name), device.Tags);
        foreach (var sink in site.Sinks) sink.Model = model.Sinks.First(s => s.Name == sink.Name);
        var isNews = _rejected is not null || site.RolledBackReason is not null;
        (site.RejectedReason, site.RolledBackReason) = (null, null);
        if (!isNews) return;
        site.Reloads.Withdraw();
        log.Info("SITE state=Running reason=\"site.toml is again as it runs\"");
    }

    private Outcome Reject(IReadOnlyList<Problem> problems, ReloadPlan? plan)
    {
        site.Reloads.AddRefused(plan, problems);
        if (_rejected is not null && _rejected.SequenceEqual(problems)) return Outcome.Rejected;
        _rejected = problems;
        var more = problems.Count > 1 ? $", and {Plural.Format(problems.Count - 1, "more error")}" : "";
        site.RejectedReason = $"{SiteFile.Name} as edited is not applied: {problems.FirstOrDefault()}{more}";
        foreach (var problem in problems) log.Error($"SITE problem=\"{problem}\"");
        log.Error($"SITE state=Held errors={problems.Count} next=\"correct it: until then the site runs on as it was\"");
        return Outcome.Rejected;
    }

    private IReadOnlyList<Problem> OpenQueue(SiteModel model)
    {
        try
        {
            site.OpenQueue(model);
            return [];
        }
        catch (Exception exception) when (exception is QueueLockedException or IOException or UnauthorizedAccessException)
        {
            return [new Problem(new PlantRuntime.Sites.SourceLocation(SiteFile.Name, 0, 0),
                $"the queue cannot be opened: {exception.Message}")];
        }
    }

    private (SiteModel? Declared, IReadOnlyList<Problem> Problems) Load()
    {
        _tables.Clear();
        return SiteFile.Load(site.Model.Folder, site.Plugins.Environment, _tables, site.Files.SharedFolder);
    }

    // The files as they were before the host read them: an edit since then is applied, and without one nothing is read again.
    private static SettledChange Accepted(SiteModel model)
    {
        var change = new SettledChange();
        change.Accept(string.Join('\n', model.Files.Select(file => file.Stamp)));
        return change;
    }

    /// <summary>Returns a stamp of the recipes and plugins, whose changes may correct a rejected site.toml.</summary>
    private string StampOfOthers() =>
        string.Join('\n',
            [site.Files.Read().Stamp, .. site.Catalog.Folders.Select(f => $"{f.Path} {f.Current?.GetHashCode()} {f.Refusal}")]);
}
