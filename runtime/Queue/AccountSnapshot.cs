using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Copies the counters of all routes for readers on other threads, and counts records that cannot be stored at the moment as dropped.
/// Created by <see cref="QueueWorker"/> on the queue thread for each publication. Not thread-safe.
/// </summary>
internal sealed class AccountSnapshot(IEnumerable<RouteCounters> stored)
{
    private readonly Dictionary<(string Recipe, string Sink), RouteCounters> _counters =
        stored.Select(c => c.Copy()).ToDictionary(c => (c.Recipe, c.Sink));

    /// <summary>The copies.</summary>
    public IReadOnlyList<RouteCounters> Counters => [.. _counters.Values];

    /// <summary>Counts records of routes as produced and dropped.</summary>
    public void Drop(IEnumerable<(RouteSet Route, long Records)> dropped)
    {
        foreach (var (route, records) in dropped)
        {
            foreach (var sink in route.Sinks)
            {
                if (!_counters.TryGetValue((route.Recipe, sink), out var counters))
                    _counters.Add((route.Recipe, sink), counters = new RouteCounters(route.Recipe, sink));
                counters.Produced += records;
                counters.Dropped += records;
            }
        }
    }
}
