using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Changes the counters of routes in <see cref="QueueState"/>, and deletes batches that no sink needs any more. Owned by one
/// <see cref="QueueStore"/>; called on the queue thread within a commit of the store. Not thread-safe.
/// </summary>
internal sealed class RouteAccounting(QueueTables tables, QueueState state)
{
    /// <summary>Counts all records of a batch by route.</summary>
    /// <param name="tallies">Records of the batch by route set.</param>
    /// <param name="onlySink">The sink to count for; null for all sinks of each route set.</param>
    /// <param name="count">Adds a number of records to the right counter.</param>
    /// <returns>The number of records counted; a record for two sinks counts twice.</returns>
    public long Count(IEnumerable<RouteCount> tallies, string? onlySink, Action<RouteCounters, long> count)
    {
        var all = 0L;
        foreach (var tally in tallies)
        {
            foreach (var sink in tally.Route.Sinks)
            {
                if (onlySink is not null && sink != onlySink) continue;
                Count(tally.Route.Recipe, sink, tally.Records, count);
                all += tally.Records;
            }
        }

        return all;
    }

    /// <summary>Counts records of one route and marks its counters as changed.</summary>
    public void Count(string recipe, string sink, long records, Action<RouteCounters, long> count)
    {
        var counters = state.CountersOf(recipe, sink);
        count(counters, records);
        counters.IsDirty = true;
    }

    /// <summary>Deletes a batch if none of its sinks still needs it.</summary>
    public void DeleteIfDone(long number, IReadOnlyList<RouteCount> routes)
    {
        foreach (var tally in routes)
        {
            foreach (var sink in tally.Route.Sinks)
            {
                if (state.HasCursor(sink) && state.CursorOf(sink).Needs(number)) return;
            }
        }

        tables.DeleteBatch(number);
    }
}
