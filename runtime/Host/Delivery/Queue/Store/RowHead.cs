using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>What is to be known of a row to count it, without its records.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Length">Length of its bytes.</param>
/// <param name="Tallies">Where its records go.</param>
internal sealed record RowHead(long Number, int Length, IReadOnlyList<Tally> Tallies)
{
    /// <summary>The head of a stored row; null when it is not what was written.</summary>
    public static RowHead? TryRead(long number, ReadOnlySpan<byte> data) =>
        BatchHeader.TryRead(data) is { } header && header.Number == number ? new RowHead(number, data.Length, header.Tallies) : null;

    /// <summary>The part of the row's cost that a sink's cap is charged with: by its share of the records' bytes.</summary>
    public long CostFor(string sink)
    {
        long all = 0, own = 0;
        foreach (var tally in Tallies)
        {
            all += tally.Bytes;
            if (tally.Routes.Sinks.Contains(sink)) own += tally.Bytes;
        }

        return all == 0 ? 0 : ((RowCost.Of(Length) * own) + all - 1) / all;
    }
}
