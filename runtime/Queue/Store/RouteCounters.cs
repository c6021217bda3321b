namespace PlantRuntime.Queue.Store;

/// <summary>
/// Counts the records of one route (a recipe and a sink) since the queue was created, so that always produced = delivered + waiting +
/// expired + dead-lettered + dropped + damaged. Owned by <see cref="QueueState"/>, which changes it on the queue thread, or by a
/// <c>MemoryQueue</c>, within its lock; others get a <see cref="Copy"/>.
/// </summary>
internal sealed class RouteCounters(string recipe, string sink)
{
    /// <summary>The file of the recipe, relative to the site's folder.</summary>
    public string Recipe { get; } = recipe;

    /// <summary>The name of the sink.</summary>
    public string Sink { get; } = sink;

    /// <summary>
    /// Records accepted from the recipe: committed, or dropped before that. Records that were moved to another sink count in the route that
    /// has them now.
    /// </summary>
    public long Produced { get; set; }

    /// <summary>Records that came from the queue of another sink; part of <see cref="Produced"/>.</summary>
    public long MovedIn { get; set; }

    /// <summary>Records that went to the queue of another sink; no longer part of <see cref="Produced"/>.</summary>
    public long MovedOut { get; set; }

    /// <summary>Records of all that ever entered or left this route; never decreases, unlike <see cref="Produced"/>.</summary>
    public long Passed => Produced + (2 * MovedOut);

    /// <summary>Records that the sink has stored.</summary>
    public long Delivered { get; set; }

    /// <summary>Records that became older than <c>max_age</c> before the sink stored them.</summary>
    public long Expired { get; set; }

    /// <summary>Records that the sink rejected permanently. Deleting a dead letter does not lower it; a retry does.</summary>
    public long DeadLettered { get; set; }

    /// <summary>
    /// Records dropped because the queue or the memory buffer was full, or because they could not be stored before the host ended.
    /// </summary>
    public long Dropped { get; set; }

    /// <summary>Records lost with a damaged, replaced or deleted file.</summary>
    public long Damaged { get; set; }

    /// <summary>Records that are still to be delivered; computed from the other counters.</summary>
    public long Waiting => Produced - Delivered - Expired - DeadLettered - Dropped - Damaged;

    /// <summary>True if a counter changed since <see cref="QueueState.Save"/> wrote it.</summary>
    public bool IsDirty { get; set; }

    /// <summary>
    /// Counts records that the sink has stored. Some of them may have been counted as damaged while the sink had them: their rows were lost
    /// with the file, but the records were not.
    /// </summary>
    public void CountDelivered(long records)
    {
        Delivered += records;
        var excess = Math.Max(0, -Waiting);
        var found = Math.Min(excess, Damaged);
        Damaged -= found;
        Produced += excess - found;
    }

    /// <summary>Takes the counts of the same route as they were stored.</summary>
    public void CopyFrom(RouteCounters stored)
    {
        (Produced, Delivered, Expired) = (stored.Produced, stored.Delivered, stored.Expired);
        (DeadLettered, Dropped, Damaged) = (stored.DeadLettered, stored.Dropped, stored.Damaged);
        (MovedIn, MovedOut) = (stored.MovedIn, stored.MovedOut);
    }

    /// <summary>Returns a copy that no longer changes with this object.</summary>
    public RouteCounters Copy() => (RouteCounters)MemberwiseClone();
}
