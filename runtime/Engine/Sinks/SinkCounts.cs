using PlantRuntime.Queue.Store;

namespace PlantRuntime.Engine.Sinks;

/// <summary>Sums the counters of a sink's records: produced = delivered + waiting + dead-lettered + lost. Immutable.</summary>
/// <param name="Produced">Handed over by recipes.</param>
/// <param name="Delivered">Stored by the sink.</param>
/// <param name="Waiting">Not delivered yet.</param>
/// <param name="DeadLettered">Rejected by the sink for good.</param>
/// <param name="Lost">Dropped by policy, expired, or damaged on the disk.</param>
internal readonly record struct SinkCounts(long Produced, long Delivered, long Waiting, long DeadLettered, long Lost)
{
    public static SinkCounts From(IEnumerable<RouteCounters> accounts)
    {
        var sum = default(SinkCounts);
        foreach (var a in accounts)
        {
            sum = new SinkCounts(sum.Produced + a.Produced, sum.Delivered + a.Delivered, sum.Waiting + a.Waiting,
                sum.DeadLettered + a.DeadLettered,
                sum.Lost + a.Dropped + a.Expired + a.Damaged);
        }

        return sum;
    }
}
