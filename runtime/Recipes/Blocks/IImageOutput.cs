namespace PlantRuntime.Recipes;

/// <summary>Where the images of a recipe's block go: the host's side of <c>EncodeTo</c>. Returns at once.</summary>
internal interface IImageOutput
{
    /// <summary>Asks for a write; the image is copied before the call returns.</summary>
    /// <param name="image">As long as the block; only bytes that hold a tag count.</param>
    /// <param name="timestamp">Monotonic time of the scan that it was made of: its age counts from there.</param>
    void Write(ReadOnlySpan<byte> image, long timestamp);

    /// <summary>There was a scan, but no image can be made of it.</summary>
    /// <param name="tag">The tag at fault.</param>
    /// <param name="why">What is wrong with it: "has no good value".</param>
    void Skip(string tag, string why);
}
