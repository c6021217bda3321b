using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>The rows of the queue that a sink still wants, seen from its lane.</summary>
internal sealed class LaneRows(QueueTables tables)
{
    /// <summary>True when the row's second column names the sink and the sink has not given the row up.</summary>
    public static bool Concerns(Lane lane, long number, ReadOnlySpan<byte> sinks) => sinks.IndexOf(lane.Mark) >= 0 && !lane.IsHole(number);

    /// <summary>The first whole one behind <paramref name="after"/>; null when there is none.</summary>
    public BatchHeader? First(Lane lane, long after)
    {
        BatchHeader? first = null;
        tables.ReadBatches(after, (number, sinks, row) =>
        {
            if (Concerns(lane, number, sinks)) first = BatchHeader.TryRead(row.Bytes(2));
            return first is null;
        });
        return first;
    }
}
