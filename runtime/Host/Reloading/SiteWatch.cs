using System.Globalization;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Reloading;

/// <summary>
/// Watches a site after an edit of site.toml for as long as recipes are watched. When one that the edit concerns fails, the whole edit is
/// taken back: the recipe as it was ran on the devices, tags and sinks as they were, and data went on flowing.
/// </summary>
internal sealed class SiteWatch(RunningSite site, TimeProvider time, PlantLog log)
{
    private FormerSite? _former;
    private IReadOnlyDictionary<string, int> _versions = new Dictionary<string, int>();
    private long _began;

    /// <summary>An edit was taken.</summary>
    /// <param name="former">The site before it.</param>
    public void Begin(FormerSite former)
    {
        _former = former;
        _versions = site.Recipes.Versions;
        _began = time.GetTimestamp();
    }

    /// <summary>Called from time to time: goes back, or ends the watch when its time is over or a recipe was edited since.</summary>
    public async Task LookAsync()
    {
        if (_former is not { } former) return;
        var versions = site.Recipes.Versions;
        var isOver = time.GetElapsedTime(_began) >= site.Model.Limits.RecipeWatch
            || versions.Count != _versions.Count || versions.Except(_versions).Any(v => v.Value > 0);
        if (!isOver && site.Recipes.SiteFault is null) return;
        _former = null;
        if (!isOver) await GoBackAsync(former, site.Recipes.SiteFault!).ConfigureAwait(false);
        else await site.Recipes.AcceptAsync(isOfSiteOnly: true).ConfigureAwait(false);
    }

    private async Task GoBackAsync(FormerSite former, Problem fault)
    {
        var edit = string.Create(CultureInfo.InvariantCulture, $"{SiteFile.Name} of {former.Saved:HH:mm:ss}Z");
        log.Error($"BACK site=\"{edit}\" reason=\"{fault}\" next=\"the site runs on as before; correct it and save {SiteFile.Name} again\"");
        site.Plugins.LoadAgain(former.Maker.Site.PluginNames);
        var plan = ReloadPlan.Compare(site.Inventory() with { Recipes = [] }, former.Inventory with { Recipes = [] });
        foreach (var line in plan.Lines(all: false)) log.Info($"PLAN {line[0]}={line[1]} next=\"{line[2].Replace('"', '\'')}\"");
        var goBack = () => site.Recipes.ReturnAsync(former.Maker, former.Versions);
        await new SiteSwap(site, former.Maker, former.Opener, plan, goBack).RunAsync().ConfigureAwait(false);
        log.Level = site.Model.Log.Level;
        site.TakenBack = $"{edit} was taken back: {fault}";
        log.Info($"SITE state=Back devices={site.Devices.Count} sinks={site.Sinks.Count} recipes={site.Recipes.Entries.Count}");
    }
}
