using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Watching;

namespace PlantRuntime.Host.Reloading;

/// <summary>
/// Watches site.toml and its tag tables, and moves the running site to what they say: when <c>plant check</c> would find nothing wrong, and
/// otherwise not at all.
/// </summary>
internal sealed class SiteReload
{
    private readonly RunningSite _site;
    private readonly PlantLog _log;
    private readonly SiteWatch _watch;
    private readonly SettledChange _change = new();
    private readonly SettledChange _others = new();
    private readonly HashSet<string> _tables = new(StringComparer.Ordinal);
    private IReadOnlyList<Problem>? _held;
    private bool _isUnsettled;

    public SiteReload(RunningSite site, TimeProvider time, PlantLog log)
    {
        _site = site;
        _log = log;
        _watch = new SiteWatch(site, time, log);
    }

    /// <summary>Takes a change that has settled. What is held back is tried again when anything changes that it may have failed by.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        await _watch.LookAsync().ConfigureAwait(false);
        var isNews = _change.Look(FolderStamp.OfFiles(Files));
        if (!isNews && !_isUnsettled && (_held is null || !_others.Look(Others()))) return;

        // As it was before the check: what is edited while it runs is news again.
        var others = Others();
        _isUnsettled = false;
        if (await TakeAsync(cancel).ConfigureAwait(false)) _held = null;
        else _others.Accept(others);
    }

    private async Task<bool> TakeAsync(CancellationToken cancel)
    {
        var (said, problems) = Load();
        if (said is null) return Hold(problems);
        var running = _site.Inventory();
        var before = _site.Model;
        var saved = Files.Max(File.GetLastWriteTimeUtc);
        var model = running.Adapt(said) with
        {
            Log = before.Log with { Level = said.Log.Level },
            Limits = said.Limits with { Memory = before.Limits.Memory },
        };
        var parts = ReloadPlan.Compare(running with { Recipes = [] }, SiteInventory.Of(model, [], said));
        if (parts.IsEmpty)
        {
            // Only places moved: what is said of it from now on names the new ones.
            Adopt(model);
            if (_held is not null || _site.TakenBack is not null) _log.Info("SITE state=Running reason=\"site.toml is again as it runs\"");
            _site.TakenBack = null;
            return true;
        }

        var recipes = _site.Files.Stamp();
        var opener = _site.Opener.For(model);
        _site.Plugins.LoadAgain(model.PluginNames);
        var maker = _site.MakerFor(model, opener);
        var next = await CheckedSite.OfAsync(said, maker, opener, _site.Plugins, m => _site.Recipes.MakeAsync(m, IsConcerned, cancel)).ConfigureAwait(false);
        _isUnsettled = _site.Files.Stamp() != recipes;
        if (_isUnsettled)
        {
            // A recipe is being saved: what was made of half of it is worth nothing.
            next.Dispose();
            return false;
        }

        problems = [.. next.Problems, .. next.Problems.Count > 0 ? [] : OpenQueue(model)];
        if (problems.Count > 0)
        {
            next.Dispose();
            _site.Plugins.KeepOnly(_site.Model.PluginNames);
            return Hold(problems);
        }

        _isUnsettled = _site.Recipes.SiteFault is not null || !_site.Recipes.AreAtWork(next.Recipes);
        if (_isUnsettled)
        {
            // A recipe went back while the others were made, or the whole site has to: that comes first.
            next.Dispose();
            return false;
        }

        await _site.Recipes.AcceptAsync(isOfSiteOnly: false).ConfigureAwait(false);
        running = _site.Inventory();
        var former = new FormerSite(running, _site.Recipes.Maker, _site.Opener, _site.Recipes.Versions, saved);
        var plan = ReloadPlan.Compare(running, next.Inventory());
        foreach (var line in plan.Lines(all: false)) _log.Info($"PLAN {line[0]}={line[1]} next=\"{line[2].Replace('"', '\'')}\"");
        foreach (var warning in next.Warnings) _log.Warn($"SITE {warning.At}: warning: {warning.Message}");
        var move = () => _site.Recipes.MoveAsync(maker, next.Recipes, plan.Swaps, IsFed);
        await new SiteSwap(_site, maker, opener, plan, move).RunAsync().ConfigureAwait(false);
        _log.Level = model.Log.Level;
        _log.Info($"SITE state=Changed devices={model.Devices.Count} sinks={model.Sinks.Count} recipes={next.Recipes.Count} "
            + $"planned={next.Recipes.Count(r => !r.IsAtWork)}");
        _site.TakenBack = null;
        _watch.Begin(former);
        return true;

        bool IsFed(string file) => plan.Feeds(running.Recipes.First(r => r.File == file));

        bool IsConcerned(string file) => running.Recipes.FirstOrDefault(r => r.File == file) is not { } recipe || parts.Concerns(recipe);
    }

    private IReadOnlyList<string> Files => [Path.Combine(_site.Model.Folder, SiteFile.Name), .. _tables];

    private bool Hold(IReadOnlyList<Problem> problems)
    {
        if (_held is not null && _held.SequenceEqual(problems)) return false;
        _held = problems;
        foreach (var problem in problems) _log.Error($"SITE {problem}");
        _log.Error($"SITE state=Held errors={problems.Count} next=\"correct it: until then the site runs on as it was\"");
        return false;
    }

    private void Adopt(SiteModel model)
    {
        _site.Model = model;
        _site.Opener = _site.Opener.For(model);
        foreach (var device in _site.Devices) device.Take(model.Devices.First(d => d.Name == device.Name), device.Tags);
        foreach (var sink in _site.Sinks) sink.Model = model.Sinks.First(s => s.Name == sink.Name);
    }

    private IReadOnlyList<Problem> OpenQueue(SiteModel model)
    {
        try
        {
            _site.OpenQueue(model);
            return [];
        }
        catch (Exception exception) when (exception is QueueLockedException or IOException or UnauthorizedAccessException)
        {
            return [new Problem(new Sites.Position(SiteFile.Name, 0, 0), $"the queue cannot be opened: {exception.Message}")];
        }
    }

    private (SiteModel? Said, IReadOnlyList<Problem> Problems) Load()
    {
        _tables.Clear();
        return SiteFile.Load(_site.Model.Folder, _site.Opener.Environment, _tables);
    }

    /// <summary>Recipes and plugins, as they are now.</summary>
    private string Others() =>
        string.Join('\n', [_site.Files.Stamp(), .. _site.Plugins.Folders.Select(f => $"{f.Path} {f.Current?.GetHashCode()} {f.Refusal}")]);
}
