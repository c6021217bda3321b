namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>What a stored batch says of itself before its tags and records.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Age">When it was stored, on the queue's own clock.</param>
/// <param name="Tallies">Where its records go.</param>
internal sealed record BatchHeader(long Number, TimeSpan Age, IReadOnlyList<Tally> Tallies)
{
    /// <exception cref="DamagedException">The bytes are not whole.</exception>
    public static BatchHeader Read(ReadOnlySpan<byte> bytes)
    {
        var reader = Sealed.Read(bytes, Sealed.Batch);
        return Read(ref reader);
    }

    public static BatchHeader Read(ref ByteReader reader)
    {
        var (number, age) = (reader.Int64(), reader.Int64());
        if (age is < 0 or > 1L << 50) throw new DamagedException("an age that cannot be");
        var tallies = new Tally[reader.Count()];
        for (var i = 0; i < tallies.Length; i++)
        {
            var recipe = reader.Text();
            var sinks = new string[reader.Count()];
            for (var j = 0; j < sinks.Length; j++) sinks[j] = reader.Text();
            tallies[i] = new Tally(new RouteSet(recipe, sinks), Small(ref reader), Small(ref reader));
        }

        return new BatchHeader(number, TimeSpan.FromMilliseconds(age), tallies);
    }

    /// <returns>Null when the bytes are not whole.</returns>
    public static BatchHeader? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Read(bytes);
        }
        catch (DamagedException)
        {
            return null;
        }
    }

    private static int Small(ref ByteReader reader) =>
        reader.Unsigned() is var value and <= int.MaxValue ? (int)value : throw new DamagedException("a number that is too large");
}
