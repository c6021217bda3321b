using System.Collections.Frozen;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>The queues of the site's sinks, by sink. Replaced as a whole, so that nobody who reads them needs a lock.</summary>
internal sealed class LaneLoads(IReadOnlyDictionary<string, QueueOptions> options)
{
    private volatile FrozenDictionary<string, LaneLoad> _loads =
        options.ToFrozenDictionary(o => o.Key, o => new LaneLoad(o.Value), StringComparer.Ordinal);

    /// <summary>A snapshot.</summary>
    public FrozenDictionary<string, LaneLoad> All => _loads;

    public LaneLoad? Find(string sink) => _loads.GetValueOrDefault(sink);

    /// <summary>Takes what the site says now; what waits stays.</summary>
    public void Take(IReadOnlyDictionary<string, QueueOptions> options)
    {
        foreach (var (sink, load) in _loads) load.Options = options.GetValueOrDefault(sink) ?? new QueueOptions();
        _loads = options.ToFrozenDictionary(o => o.Key, o => Find(o.Key) ?? new LaneLoad(o.Value), StringComparer.Ordinal);
    }

    /// <summary>Gives each sink's way through the store its limits; a sink that the site no longer has keeps the defaults.</summary>
    public void Limit(QueueStore store)
    {
        foreach (var sink in _loads.Keys) store.State.Lane(sink);
        foreach (var lane in store.State.Lanes) lane.Options = Find(lane.Sink)?.Options ?? new QueueOptions();
    }
}
