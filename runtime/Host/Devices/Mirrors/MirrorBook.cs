using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>The mirrors of a site: those that at least one recipe states run, once each, whatever becomes of the recipes.</summary>
internal sealed class MirrorBook(IReadOnlyList<DeviceRunner> devices, TimeProvider time, PlantLog log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<Mirror>> _stated = new(StringComparer.Ordinal);
    private IReadOnlyList<MirrorRunner> _running = [];
    private Task _leaving = Task.CompletedTask;

    /// <summary>A snapshot.</summary>
    public IReadOnlyList<MirrorRunner> Running => Volatile.Read(ref _running);

    /// <summary>Takes what a recipe states now: what no recipe states any more ends, what is new begins, the rest runs on.</summary>
    public void Take(string recipe, IReadOnlyList<Mirror> mirrors)
    {
        lock (_gate)
        {
            _stated[recipe] = mirrors;
            var wanted = _stated.Values.SelectMany(m => m).Distinct().ToList();
            var gone = _running.Where(r => !wanted.Contains(r.Mirror)).ToList();
            foreach (var runner in gone) runner.Stop();
            _leaving = Task.WhenAll([_leaving, .. gone.Select(r => r.Ended)]);
            var begun = wanted.Where(m => _running.All(r => r.Mirror != m)).Select(Make).ToList();
            foreach (var runner in begun) runner.Start(_leaving);
            _running = [.. _running.Except(gone), .. begun];
            WarnOfShared(begun);
        }
    }

    /// <summary>Ends all for good and waits until nothing is written any more.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        foreach (var recipe in _stated.Keys.ToList()) Take(recipe, []);
        await _leaving.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Within one recipe that is a mistake; which recipes run together is known only here.
    private void WarnOfShared(List<MirrorRunner> begun)
    {
        foreach (var shared in _running.GroupBy(r => (r.Mirror.Target, r.Mirror.TargetAddress.ToUpperInvariant())).Where(g => g.Count() > 1))
        {
            if (shared.Any(begun.Contains))
                log.Warn($"MIRROR {string.Join(" and ", shared.Select(r => r.Mirror))} reason=\"both write one block\" next=\"state one of them\"");
        }
    }

    private MirrorRunner Make(Mirror mirror) => new(mirror, Find(mirror.Source), Find(mirror.Target), time, log);

    private DeviceRunner Find(string device) => devices.First(d => d.Name == device);
}
