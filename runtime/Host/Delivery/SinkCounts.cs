using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery;

/// <summary>What became of the records of a sink: produced = delivered + waiting + dead-lettered + lost, always.</summary>
/// <param name="Produced">Handed over by recipes.</param>
/// <param name="Delivered">Stored by the sink.</param>
/// <param name="Waiting">Still here.</param>
/// <param name="DeadLettered">Refused by the sink for good.</param>
/// <param name="Lost">Dropped by policy, expired, or damaged by the disk.</param>
internal readonly record struct SinkCounts(long Produced, long Delivered, long Waiting, long DeadLettered, long Lost)
{
    public static SinkCounts Of(IEnumerable<Account> accounts)
    {
        var sum = default(SinkCounts);
        foreach (var a in accounts)
        {
            sum = new SinkCounts(sum.Produced + a.Produced, sum.Delivered + a.Delivered, sum.Waiting + a.Waiting, sum.DeadLettered + a.DeadLettered,
                sum.Lost + a.Dropped + a.Expired + a.Damaged);
        }

        return sum;
    }
}
