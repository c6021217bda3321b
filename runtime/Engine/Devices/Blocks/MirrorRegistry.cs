using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Runs the mirrors of a site: each mirror that at least one recipe declares runs once, across reloads of the recipes. Owned by
/// SiteRuntime; slots apply their recipes' mirrors from any thread, under a lock. Only StopAsync, at the end of the host, waits
/// for running copies.
/// </summary>
internal sealed class MirrorRegistry(IReadOnlyList<DeviceSupervisor> devices, TimeProvider time, PlantLog log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<Mirror>> _declared = new(StringComparer.Ordinal);
    private IReadOnlyList<MirrorRunner> _running = [];
    private Task _ending = Task.CompletedTask;

    /// <summary>Snapshot of the running mirrors.</summary>
    public IReadOnlyList<MirrorRunner> Running => Volatile.Read(ref _running);

    /// <summary>
    /// Applies the mirrors that a recipe declares now: ends those that no recipe declares any more, starts the new ones and changes nothing
    /// for the others.
    /// </summary>
    public void Apply(string recipe, IReadOnlyList<Mirror> mirrors)
    {
        lock (_gate)
        {
            _declared[recipe] = mirrors;
            var wanted = _declared.Values.SelectMany(m => m).Distinct().ToList();
            var ended = _running.Where(r => !wanted.Contains(r.Mirror)).ToList();
            foreach (var runner in ended) runner.Stop();
            _ending = Task.WhenAll([_ending, .. ended.Select(r => r.Ended)]);
            var started = wanted.Where(m => _running.All(r => r.Mirror != m)).Select(Create).ToList();
            foreach (var runner in started) runner.Start(_ending);
            _running = [.. _running.Except(ended), .. started];
            WarnAboutShared(started);
        }
    }

    /// <summary>Ends all mirrors and waits until nothing is written any more.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        List<string> recipes;
        lock (_gate) recipes = [.. _declared.Keys];
        foreach (var recipe in recipes) Apply(recipe, []);
        await _ending.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Two such mirrors in one recipe are an error of its build; two in different recipes can be detected only here.
    private void WarnAboutShared(List<MirrorRunner> started)
    {
        foreach (var shared in _running.GroupBy(r => (r.Mirror.Target, r.Mirror.TargetAddress.ToUpperInvariant()))
            .Where(g => g.Count() > 1))
        {
            if (shared.Any(started.Contains))
                log.Warn($"MIRROR mirrors=\"{string.Join(" and ", shared.Select(r => r.Mirror))}\" "
                    + $"reason=\"both write one block\" next=\"declare one of them\"");
        }
    }

    private MirrorRunner Create(Mirror mirror) => new(mirror, Find(mirror.Source), Find(mirror.Target), time, log);

    private DeviceSupervisor Find(string device) => devices.First(d => d.Name == device);
}
