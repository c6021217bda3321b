using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Counts, by route, the records that did not fit into memory and that the file does not count yet. Owned by <see cref="QueueWorker"/>;
/// used on the queue thread only. Does no I/O of its own.
/// </summary>
internal sealed class DroppedRecords
{
    private readonly Dictionary<RouteSet, long> _byRoute = [];

    /// <summary>True if no record was dropped since <see cref="Clear"/>.</summary>
    public bool IsEmpty => _byRoute.Count == 0;

    /// <summary>The number of records of all routes.</summary>
    public long Total => _byRoute.Values.Sum();

    /// <summary>The routes with the number of their records.</summary>
    public IReadOnlyDictionary<RouteSet, long> ByRoute => _byRoute;

    /// <summary>Adds records of one route.</summary>
    public void Add(RouteSet route, long records) => _byRoute[route] = _byRoute.GetValueOrDefault(route) + records;

    /// <summary>Adds those that a buffer dropped since the last call.</summary>
    public void DrainFrom(RecordBuffer buffer)
    {
        foreach (var (route, records) in buffer.DrainDropped()) Add(route, records);
    }

    /// <summary>Counts them as produced and dropped in the store; called within its transaction.</summary>
    public void CountIn(QueueStore store)
    {
        foreach (var (route, records) in _byRoute) store.CountDropped(route, records);
    }

    /// <summary>Forgets them, because a transaction counted them in the file.</summary>
    public void Clear() => _byRoute.Clear();
}
