using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary><c>[limits]</c>: what one recipe may use before it is stopped and named.</summary>
internal sealed record LimitOptions : IValidatedOptions
{
    /// <summary>How long one call into a recipe may take.</summary>
    public TimeSpan RecipeTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the version before stays at hand after a reload, to be back when the new one fails; 0: not at all.</summary>
    public TimeSpan RecipeWatch { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Scans that may wait, for each recipe and device.</summary>
    [Bounds(1, 100_000)]
    public int RecipeQueue { get; init; } = 64;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() => 
        TimeRule.Check(("recipe_time", RecipeTime), ("recipe_watch", RecipeWatch == TimeSpan.Zero ? null : RecipeWatch));
}
