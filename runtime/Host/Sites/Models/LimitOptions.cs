using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary><c>[limits]</c>: what one recipe may use before it is stopped and named, and the host as a whole.</summary>
internal sealed record LimitOptions : IValidatedOptions
{
    /// <summary>How long one call into a recipe may take.</summary>
    public TimeSpan RecipeTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much one call into a recipe may allocate; what was garbage on the way counts too.</summary>
    public ByteSize RecipeMemory { get; init; } = new(64 << 20);

    /// <summary>How much the host may keep in managed memory; without it half of the machine's memory, 1 GB at most.</summary>
    public ByteSize? Memory { get; init; }

    /// <summary>How long the version before stays at hand after a reload, to be back when the new one fails; 0: not at all.</summary>
    public TimeSpan RecipeWatch { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Scans that may wait, for each recipe and device.</summary>
    [Bounds(1, 100_000)]
    public int RecipeQueue { get; init; } = 64;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() =>
    [
        .. TimeRule.Check(("recipe_time", RecipeTime), ("recipe_watch", RecipeWatch == TimeSpan.Zero ? null : RecipeWatch)),
        .. RecipeMemory.Bytes < 1 << 20 ? [("recipe_memory", "expected at least 1MB")] : Array.Empty<(string, string)>(),
        .. Memory is { Bytes: < 128 << 20 } ? [("memory", "expected at least 128MB")] : Array.Empty<(string, string)>(),
    ];
}
