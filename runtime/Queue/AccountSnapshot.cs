using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Copies the counters of all routes for readers on other threads, with the records that the file does not count yet. Created by
/// <see cref="QueueWorker"/> on the queue thread for each publication. Not thread-safe.
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
            foreach (var counters in CountersOf(route))
            {
                counters.Produced += records;
                counters.Dropped += records;
            }
        }
    }

    /// <summary>Counts records of routes as produced, and so as waiting: they are in memory until they can be stored.</summary>
    public void Wait(IEnumerable<(RouteSet Route, long Records)> waiting)
    {
        foreach (var (route, records) in waiting)
        {
            foreach (var counters in CountersOf(route)) counters.Produced += records;
        }
    }

    private IEnumerable<RouteCounters> CountersOf(RouteSet route)
    {
        foreach (var sink in route.Sinks)
        {
            if (!_counters.TryGetValue((route.Recipe, sink), out var counters))
                _counters.Add((route.Recipe, sink), counters = new RouteCounters(route.Recipe, sink));
            yield return counters;
        }
    }
}
