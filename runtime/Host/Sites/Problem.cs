namespace PlantRuntime.Host.Sites;

/// <summary>Something wrong in a site, and where.</summary>
/// <param name="At">The place.</param>
/// <param name="Message">What is wrong and what was expected.</param>
/// <param name="Id">The compiler's number, by which more can be found about it; null for all else.</param>
internal sealed record Problem(Position At, string Message, string? Id = null)
{
    /// <inheritdoc/>
    public override string ToString() => Id is null ? $"{At}: error: {Message}" : $"{At}: error {Id}: {Message}";
}
