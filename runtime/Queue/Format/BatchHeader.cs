using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Format;

/// <summary>Describes a stored batch without its records: enough to count them and to charge their size to sinks. Immutable.</summary>
/// <param name="Number">The number of the batch, and of its row.</param>
/// <param name="Age">The queue's age when the batch was stored.</param>
/// <param name="Length">Bytes of the whole batch.</param>
/// <param name="Routes">Records and bytes by route.</param>
internal sealed record BatchHeader(long Number, TimeSpan Age, int Length, IReadOnlyList<RouteCount> Routes)
{
    /// <summary>Verifies the checksum of a batch and reads its header.</summary>
    /// <exception cref="DamagedException">The batch is not intact.</exception>
    public static BatchHeader Read(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Read(bytes, EnvelopeKind.Batch);
        return Read(ref reader);
    }

    /// <summary>Reads a header from a reader that is behind the envelope, and advances the reader behind the header.</summary>
    /// <exception cref="DamagedException">The bytes are not a header.</exception>
    public static BatchHeader Read(ref ByteReader reader)
    {
        var length = Envelope.Length + reader.Left;
        var (number, age) = (reader.Int64(), reader.Int64());
        if (age is < 0 or > 1L << 50) throw new DamagedException("an age that cannot be");
        var routes = new RouteCount[reader.Count()];
        for (var i = 0; i < routes.Length; i++)
        {
            var recipe = reader.Text();
            var sinks = new string[reader.Count()];
            for (var j = 0; j < sinks.Length; j++) sinks[j] = reader.Text();
            routes[i] = new RouteCount(new RouteSet(recipe, sinks), reader.Small(), reader.Small());
        }

        return new BatchHeader(number, TimeSpan.FromMilliseconds(age), length, routes);
    }

    /// <summary>Reads the header of a row; null if the row is not intact, or if <paramref name="number"/> is not its number.</summary>
    public static BatchHeader? TryRead(ReadOnlySpan<byte> bytes, long? number = null)
    {
        try
        {
            return Read(bytes) is var header && (number ?? header.Number) == header.Number ? header : null;
        }
        catch (DamagedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the part of the row's cost (<see cref="RowCost"/>) that is charged to a sink, by its share of the
    /// records' bytes, rounded up.
    /// </summary>
    public long CostFor(string sink) => CostFor(Length, Routes, sink);

    /// <inheritdoc cref="CostFor(string)"/>
    public static long CostFor(int length, IReadOnlyList<RouteCount> routes, string sink)
    {
        long all = 0, own = 0;
        foreach (var (route, _, bytes) in routes)
        {
            all += bytes;
            if (route.Sinks.Contains(sink)) own += bytes;
        }

        return all == 0 ? 0 : ((RowCost.From(length) * own) + all - 1) / all;
    }
}
