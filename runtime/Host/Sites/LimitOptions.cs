using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>The table [limits].</summary>
internal sealed class LimitOptions : IValidatedOptions
{
    /// <summary>How long a recipe may be busy with one scan before it is stopped.</summary>
    public TimeSpan RecipeTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many scans of a device may wait for a recipe.</summary>
    [Bounds(1, 100_000)]
    public int RecipeQueue { get; init; } = 64;

    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (RecipeTime <= TimeSpan.Zero) yield return ("recipe_time", "recipe_time is longer than zero");
    }
}
