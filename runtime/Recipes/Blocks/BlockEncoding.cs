namespace PlantRuntime.Recipes.Blocks;

/// <summary>
/// One <c>EncodeTo</c> of a recipe, created by <see cref="Block"/>. The host sets <see cref="Output"/> before the first scan; nothing else
/// changes. <see cref="Operators.EncodeNode"/> uses it on the recipe's thread.
/// </summary>
internal sealed class BlockEncoding
{
    /// <param name="device">Device of the block.</param>
    /// <param name="address">Address of the block in the driver's syntax.</param>
    /// <param name="bytes">Length of the block.</param>
    /// <param name="tags">The tags with their positions.</param>
    public BlockEncoding(string device, string address, int bytes, IReadOnlyList<BlockTag> tags)
    {
        (Device, Address, Bytes, Tags) = (device, address, bytes, tags);
        Runs = [.. RunsOf(tags)];
    }

    public string Device { get; }

    public string Address { get; }

    public int Bytes { get; }

    public IReadOnlyList<BlockTag> Tags { get; }

    /// <summary>The ranges of bytes that contain tags, in order, adjacent ones merged. Only these bytes are written.</summary>
    public IReadOnlyList<(int Start, int Length)> Runs { get; }

    public IBlockOutput? Output { get; set; }

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

/// <summary>
/// Receives the images of an <c>EncodeTo</c> on the recipe's thread. The host implements it; its methods do not wait for the device.
/// </summary>
internal interface IBlockOutput
{
    /// <summary>Requests a write; the image is copied before the call returns.</summary>
    /// <param name="image">Has the length of the block; only bytes in <see cref="BlockEncoding.Runs"/> are used.</param>
    /// <param name="timestamp">Monotonic timestamp of the scan; the age of the image is counted from it.</param>
    void Write(ReadOnlySpan<byte> image, long timestamp);

    /// <summary>Reports a scan from which no image can be created.</summary>
    /// <param name="tag">The tag that prevents it.</param>
    /// <param name="why">The reason: "has no good value".</param>
    void Skip(string tag, string why);
}
