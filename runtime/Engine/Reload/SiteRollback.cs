using System.Globalization;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Reload;

/// <summary>Describes a site as it ran before an edit of site.toml, so that it can be restored. Immutable.</summary>
/// <param name="Snapshot">Its parts.</param>
/// <param name="Builder">Built its recipes.</param>
/// <param name="Plugins">Opened its drivers and sinks.</param>
/// <param name="Versions">Numbers of the versions that ran, by recipe.</param>
/// <param name="Saved">Time at which the edit was saved, UTC.</param>
internal sealed record PreviousSite(
    SiteSnapshot Snapshot, RecipeBuilder Builder, PluginFactory Plugins, IReadOnlyDictionary<string, int> Versions, DateTime Saved);

/// <summary>
/// Keeps the site before an edit of site.toml during the watch period of recipes, and rolls the whole edit back when a recipe that the edit
/// affects fails, because that recipe ran with the devices, tags and sinks of before. Owned by SiteReload; called within the host's poll
/// loop, one call at a time.
/// </summary>
internal sealed class SiteRollback(SiteRuntime site, TimeProvider time, PlantLog log)
{
    private PreviousSite? _previous;
    private IReadOnlyDictionary<string, int> _versions = new Dictionary<string, int>();
    private long _began;

    /// <summary>Begins the watch of an edit that was applied.</summary>
    /// <param name="previous">The site before it.</param>
    public void Begin(PreviousSite previous)
    {
        _previous = previous;
        _versions = site.Recipes.Versions;
        _began = time.GetTimestamp();
    }

    /// <summary>Rolls the site back, or ends the watch when its time is over or a recipe was edited since.</summary>
    public async Task PollAsync(CancellationToken cancel)
    {
        if (_previous is not { } previous) return;
        var versions = site.Recipes.Versions;
        var isOver = time.GetElapsedTime(_began) >= site.Model.Limits.RecipeWatch
            || versions.Count != _versions.Count || versions.Except(_versions).Any(v => v.Value > 0);
        var fault = site.Recipes.SiteFault;
        if (!isOver && fault is null) return;
        _previous = null;
        if (isOver) await site.Recipes.EndWatchAsync(SlotState.WatchedBySite).ConfigureAwait(false);
        else await RollBackAsync(previous, fault!, cancel).ConfigureAwait(false);
    }

    private async Task RollBackAsync(PreviousSite previous, Problem fault, CancellationToken cancel)
    {
        var edit = string.Create(CultureInfo.InvariantCulture, $"{SiteFile.Name} of {previous.Saved:HH:mm:ss}Z");
        log.Error($"BACK site=\"{edit}\" reason=\"{fault}\" next=\"the site runs on as before; correct it and save {SiteFile.Name} again\"");
        site.Catalog.EnsureLoaded(previous.Builder.Site.PluginNames);
        var plan = ReloadPlan.Compare(site.Snapshot() with { Recipes = [] }, previous.Snapshot with { Recipes = [] });
        plan.LogTo(log);
        await new SiteSwap(site, previous.Builder, previous.Plugins, plan)
            .RunAsync(() => site.Recipes.RollBackAsync(previous.Builder, previous.Versions), cancel).ConfigureAwait(false);
        log.Level = site.Model.EffectiveLog.Level;
        site.Reloads.AddRolledBack(fault);
        site.RolledBackReason = $"{edit} was taken back: {fault}";
        log.Info($"SITE state=Back devices={site.Devices.Count} sinks={site.Sinks.Count} recipes={site.Recipes.Slots.Count}");
    }
}
