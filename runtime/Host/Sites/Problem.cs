namespace PlantRuntime.Host.Sites;

/// <summary>Something wrong in a site, and where.</summary>
/// <param name="At">The place.</param>
/// <param name="Message">What is wrong and what was expected.</param>
public sealed record Problem(Position At, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At}: error: {Message}";
}
