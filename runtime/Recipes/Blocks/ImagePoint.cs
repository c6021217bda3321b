namespace PlantRuntime.Recipes;

/// <summary>One <c>EncodeTo</c> of a recipe. The host sets <see cref="Output"/> before the first scan.</summary>
internal sealed class ImagePoint
{
    /// <param name="device">Device that is written.</param>
    /// <param name="address">Its block, in the driver's language.</param>
    /// <param name="bytes">Length of the block.</param>
    /// <param name="tags">What lies where.</param>
    public ImagePoint(string device, string address, int bytes, IReadOnlyList<BlockTag> tags)
    {
        (Device, Address, Bytes, Tags) = (device, address, bytes, tags);
        Runs = [.. RunsOf(tags)];
    }

    public string Device { get; }

    public string Address { get; }

    public int Bytes { get; }

    public IReadOnlyList<BlockTag> Tags { get; }

    /// <summary>The bytes that hold a tag, in order, neighbours as one: the only ones that are written.</summary>
    public IReadOnlyList<(int Start, int Length)> Runs { get; }

    public IImageOutput? Output { get; set; }

    private static IEnumerable<(int Start, int Length)> RunsOf(IReadOnlyList<BlockTag> tags)
    {
        var (start, end) = (0, 0);
        foreach (var tag in tags.OrderBy(t => t.At))
        {
            if (tag.At > end)
            {
                if (end > start) yield return (start, end - start);
                start = tag.At;
            }

            end = Math.Max(end, tag.At + tag.Bytes);
        }

        if (end > start) yield return (start, end - start);
    }
}
